import { validateChange } from '../../domain/change.ts';
import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed, NotFound, PolicyViolation } from '../../domain/errors.ts';
import type { CommitReceipt, Forge, PullRequest } from '../../domain/forge.ts';
import type { ChangeSet } from '../../domain/handoff.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { policyOf } from '../lifecycle/run-facts.ts';
import { commitMessage } from './commit-message.ts';
import { performEffect, receiptOf } from './perform-effect.ts';
import { pullRequestBody, pullRequestTitle, type RoundResult } from './pull-request-body.ts';

/** Stands in where the repository has no draft pull requests. */
export const draftLabel = 'entropy: draft';

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
  const forge = ports.forgeOf(run);
  const committed = await commit(ports, run, forge, result);
  const pull = await openPullRequest(ports, run, forge, result, head);
  if (pull.round !== result.round) await describe(ports, run, forge, result, head, pull.number);
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

/** Round after round on one branch; the parent is what this run committed last. */
async function commit(
  ports: Ports,
  run: Run,
  forge: Forge,
  { round, change, evidence }: RoundResult,
): Promise<CommitReceipt> {
  const branch = branchOf(run);
  const base = baseOf(run).commit;
  const last = await lastCommit(ports, run, round);
  const parent = last?.commit ?? base;
  // A base that moved on becomes a parent as well, so that the branch is never rewritten.
  const merges = last === undefined || last.base === base ? {} : { merges: base };
  const key = effectKey(run.id, 'commit', round);
  const made = await performEffect<Committed>(ports, run, key, 'commit', {
    find: async () => {
      const head = await forge.findBranch(branch);
      const ours = head !== undefined && head.commit !== parent && head.tree === evidence.tree;
      return ours ? { ...head, base } : undefined;
    },
    act: async () => ({
      ...(await forge.commit({
        ...{ branch, parent, base, files: change.files, ...merges },
        message: commitMessage(run, change),
      })),
      base,
    }),
  });
  if (made.tree === evidence.tree) return made;
  throw new ForgeFailed(`the commit's tree is ${made.tree}; the Evidence is for ${evidence.tree}`);
}

/** `base` is the one that the commit's change was made on. */
type Committed = CommitReceipt & { readonly base: string };

async function lastCommit(ports: Ports, run: Run, round: number): Promise<Committed | undefined> {
  for (let earlier = round - 1; earlier >= 1; earlier -= 1) {
    const key = effectKey(run.id, 'commit', earlier);
    const receipt = await receiptOf<Committed>(ports, run, key);
    if (receipt !== undefined) return receipt;
  }
  return undefined;
}

/** `round` is the one in which the pull request was opened, with that round's text. */
type Opened = Pick<PullRequest, 'number' | 'url' | 'draft'> & { readonly round: number };

async function openPullRequest(
  ports: Ports,
  run: Run,
  forge: Forge,
  result: RoundResult,
  head: LedgerHead,
): Promise<Opened> {
  const branch = branchOf(run);
  const { round } = result;
  const shown = ({ number, url, draft }: PullRequest) => ({ number, url, draft, round });
  const key = effectKey(run.id, 'pull-request', 'open');
  const opened = await performEffect<Opened>(ports, run, key, 'pull-request', {
    find: async () => {
      const found = await forge.findPullRequest(branch);
      return found && shown(found);
    },
    act: async () =>
      shown(
        await forge.createPullRequest({
          ...{ branch, base: baseOf(run).branch, draft: true },
          title: pullRequestTitle(result),
          body: pullRequestBody(run, result, head),
        }),
      ),
  });
  if (!opened.draft) await labelAsDraft(ports, run, forge, opened.number);
  return opened;
}

async function labelAsDraft(ports: Ports, run: Run, forge: Forge, number: number): Promise<void> {
  await performEffect(ports, run, effectKey(run.id, 'label', 'draft'), 'label', {
    find: async () => undefined,
    act: async () => {
      await forge.label(String(number), [draftLabel], []);
      return { label: draftLabel };
    },
  });
}

async function describe(
  ports: Ports,
  run: Run,
  forge: Forge,
  result: RoundResult,
  head: LedgerHead,
  number: number,
): Promise<void> {
  const found = await forge.findPullRequest(branchOf(run));
  if (found?.state !== 'open') {
    throw new ForgeFailed(
      `pull request #${number} is ${found?.state ?? 'gone'}; somebody ended it`,
    );
  }
  const key = effectKey(run.id, 'pull-request', `text-${result.round}`);
  await performEffect(ports, run, key, 'pull-request', {
    find: async () => undefined,
    act: async () => {
      await forge.describePullRequest(number, pullRequestBody(run, result, head));
      return { number };
    },
  });
}

function baseOf(run: Run): { branch: string; commit: string } {
  if (run.base === undefined) throw new NotFound(`run ${run.id} has pinned no base yet`);
  return run.base;
}
