import { validateChange } from '../../domain/change.ts';
import { PolicyViolation } from '../../domain/errors.ts';
import type { CommitReceipt } from '../../domain/forge.ts';
import type { ChangeSet } from '../../domain/handoff.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { baseOf, policyOf } from '../lifecycle/run-facts.ts';
import { commitChange } from './commit-change.ts';
import { offerOf } from './offer.ts';
import { describePullRequest, openPullRequest } from './open-pull-request.ts';
import type { RoundResult } from './pull-request-body.ts';

/** What was published in a round. */
export interface Published extends CommitReceipt {
  readonly branch: string;
  readonly pullRequest: { readonly number: number; readonly url: string };
}

/**
 * Validates the round's change, commits it, and opens the draft pull request or brings its text up to date.
 * Safe to repeat. Throws `PolicyViolation` before anything is written, and `ForgeFailed`.
 */
export async function publishChange(
  ports: Ports,
  run: Run,
  result: RoundResult,
): Promise<Published> {
  const head = await validated(ports, run, result);
  const offer = await offerOf(ports, run, result, head);
  const committed = await commitChange(ports, run, offer);
  const pull = await openPullRequest(ports, run, offer);
  if (pull.round !== result.round) await describePullRequest(ports, run, offer, pull.number);
  const { number, url } = pull;
  return { ...committed, branch: branchOf(run), pullRequest: { number, url } };
}

async function validated(ports: Ports, run: Run, result: RoundResult): Promise<LedgerHead> {
  const { change, evidence, round } = result;
  const base = baseOf(run);
  const policy = await policyOf(ports, run);
  const before = await filesBefore(ports, run, change);
  const read = (path: string) => before.get(path);
  const passed = validateChange(change, base.commit, policy, read, run.pass);
  const tree = await ports.source.treeOf(run.repository, base.commit, change.files);
  if (tree !== evidence.tree) {
    throw new PolicyViolation(
      `evidence: it is for tree ${evidence.tree}; the change makes ${tree}`,
    );
  }
  const at = ports.clock.now();
  const event = { kind: 'change.validated', actor: 'publisher', standing: 'observed' } as const;
  const leave = passed.length === 0 ? {} : { letPass: passed, by: run.pass?.by };
  const data = { round, tree, ...leave };
  return ports.ledger.append(run.id, [{ ...event, at, fence: run.fence, data }]);
}

/** Contents at the base. A path that can't be read has none: the rules on paths tell why later. */
export async function filesBefore(
  { source }: Pick<Ports, 'source'>,
  run: Run,
  change: ChangeSet,
): Promise<Map<string, Buffer>> {
  const before = new Map<string, Buffer>();
  for (const { path, content } of change.files) {
    if (content === null) continue;
    const found = await source
      .read(run.repository, baseOf(run).commit, path)
      .catch(() => undefined);
    if (found !== undefined) before.set(path, found);
  }
  return before;
}
