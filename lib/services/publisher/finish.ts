import { effectKey } from '../../domain/effect.ts';
import { BranchProtected, ForgeFailed, ForgeUnavailable, NotFound } from '../../domain/errors.ts';
import type { Forge, PullRequest } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { draftLabel } from './labels.ts';
import { performEffect, receiptOf } from './perform-effect.ts';

/** What is decided on an approved pull request; `head` is the commit that the Evidence is for. */
export interface Decision {
  readonly merge: boolean;
  readonly head: string;
  /** Code owners of what changed: asked to review what is handed over. */
  readonly owners?: readonly string[];
}

/** What became of it; `because` says what a person must know who takes it on. */
interface Finished {
  readonly merged: boolean;
  readonly because?: string;
}

/**
 * Takes the pull request out of draft and merges it where asked. It is left to a person as well where its base
 * has moved since the Evidence, or where the repository's rules do not let it be merged now, which is told.
 * Safe to repeat. Throws `ForgeFailed`.
 */
export async function finish(ports: Ports, run: Run, decision: Decision): Promise<Finished> {
  const forge = ports.forgeOf(run);
  const mergeKey = effectKey(run.id, 'merge', 1);
  if ((await receiptOf(ports, run, mergeKey)) !== undefined) return { merged: true };
  const pull = await forge.findPullRequest(branchOf(run));
  if (pull === undefined) throw new NotFound(`run ${run.id} has no pull request`);
  refuseOther(pull, decision.head);
  await markReady(ports, run, forge, pull.number);
  const finished = await mergeIfAllowed(ports, run, forge, pull, decision);
  if (!finished.merged) await askOwners(ports, run, forge, pull.number, decision.owners ?? []);
  return finished;
}

async function mergeIfAllowed(
  ports: Ports,
  run: Run,
  forge: Forge,
  pull: PullRequest,
  decision: Decision,
): Promise<Finished> {
  const moved = pull.state === 'merged' ? undefined : await baseMoved(ports, run, forge);
  if (moved !== undefined) return { merged: false, because: moved };
  if (!decision.merge) return { merged: false };
  try {
    await performEffect(ports, run, effectKey(run.id, 'merge', 1), 'merge', {
      // A merge finds itself: the forge gives back the one that is done.
      find: async () => undefined,
      act: () => forge.merge(pull.number, decision.head),
    });
    return { merged: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const named = error instanceof BranchProtected ? `${error.name}: ` : '';
    return { merged: false, because: `It could not be merged: ${named}${error.message}` };
  }
}

/** GitHub does not let it be merged now, whoever asks: a person can see to that. */
function isRefusal(error: unknown): error is ForgeFailed {
  if (error instanceof BranchProtected) return true;
  const refused = error instanceof ForgeFailed && error.status === 405;
  return refused && !(error instanceof ForgeUnavailable);
}

/** Those who own what changed are asked once it is theirs to look at. */
async function askOwners(
  ports: Ports,
  run: Run,
  forge: Forge,
  number: number,
  owners: readonly string[],
): Promise<void> {
  if (owners.length === 0) return;
  await performEffect(ports, run, effectKey(run.id, 'reviewers', 1), 'reviewers', {
    find: async () => undefined,
    act: async () => ({ asked: await forge.requestReviewers(number, owners) }),
  });
}

function refuseOther({ number, state, head }: PullRequest, expected: string): void {
  if (state === 'closed') throw new ForgeFailed(`pull request #${number} was closed by somebody`);
  if (head !== expected) {
    throw new ForgeFailed(
      `pull request #${number} is at ${head}; what was verified and reviewed is ${expected}`,
    );
  }
}

async function markReady(ports: Ports, run: Run, forge: Forge, number: number): Promise<void> {
  await performEffect(ports, run, effectKey(run.id, 'ready', 1), 'ready', {
    find: async () => undefined,
    act: async () => {
      await forge.markReady(number);
      return { number };
    },
  });
  const labelled = await receiptOf(ports, run, effectKey(run.id, 'label', 'draft'));
  if (labelled === undefined) return;
  await performEffect(ports, run, effectKey(run.id, 'label', 'ready'), 'label', {
    find: async () => undefined,
    act: async () => {
      await forge.label(String(number), [], [draftLabel]);
      return { removed: draftLabel };
    },
  });
}

/** Evidence counts for the base it was made with; a local branch is its owner's to follow. */
async function baseMoved(ports: Ports, run: Run, forge: Forge): Promise<string | undefined> {
  if (run.repository.forge === 'local') return undefined;
  const { branch = '', commit = '' } = run.base ?? {};
  const present = await forge.findBranch(branch);
  if (present?.commit === commit) return undefined;
  const event = { kind: 'merge.withheld', actor: 'publisher', standing: 'observed' } as const;
  const data = { because: 'the base has moved', base: commit, present: present?.commit };
  const at = ports.clock.now();
  await ports.ledger.append(run.id, [{ ...event, at, fence: run.fence, data }]);
  return `${branch} has moved on since the checks were run on ${commit.slice(0, 12)}, and no round is left to run them again`;
}
