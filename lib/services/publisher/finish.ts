import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed, ForgeUnavailable, NotFound } from '../../domain/errors.ts';
import type { Forge, PullRequest } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { performEffect, receiptOf } from './perform-effect.ts';
import { draftLabel } from './publish-change.ts';

/** What is decided on an approved pull request; `head` is the commit that the Evidence is for. */
export interface Decision {
  readonly merge: boolean;
  readonly head: string;
}

/**
 * Takes the pull request out of draft and merges it where asked. True where it is merged; false where it is
 * left to a person, also because its base has moved since the Evidence or the repository's rules do not let
 * it be merged now. Safe to repeat. Throws `ForgeFailed`.
 */
export async function finish(ports: Ports, run: Run, decision: Decision): Promise<boolean> {
  const forge = ports.forgeOf(run);
  const mergeKey = effectKey(run.id, 'merge', 1);
  if ((await receiptOf(ports, run, mergeKey)) !== undefined) return true;
  const pull = await forge.findPullRequest(branchOf(run));
  if (pull === undefined) throw new NotFound(`run ${run.id} has no pull request`);
  refuseOther(pull, decision.head);
  await markReady(ports, run, forge, pull.number);
  if (!decision.merge) return false;
  if (pull.state !== 'merged' && !(await baseIsPresent(ports, run, forge))) return false;
  try {
    await performEffect(ports, run, mergeKey, 'merge', {
      // A merge finds itself: the forge gives back the one that is done.
      find: async () => undefined,
      act: () => forge.merge(pull.number, decision.head),
    });
    return true;
  } catch (error) {
    const refused = error instanceof ForgeFailed && error.status === 405;
    if (refused && !(error instanceof ForgeUnavailable)) return false;
    throw error;
  }
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

/** Evidence counts for the base it was made with. */
async function baseIsPresent(ports: Ports, run: Run, forge: Forge): Promise<boolean> {
  const { branch = '', commit } = run.base ?? {};
  const present = await forge.findBranch(branch);
  if (present !== undefined && present.commit === commit) return true;
  const event = { kind: 'merge.withheld', actor: 'publisher', standing: 'observed' } as const;
  const data = { because: 'the base has moved', base: commit, present: present?.commit };
  const at = ports.clock.now();
  await ports.ledger.append(run.id, [{ ...event, at, fence: run.fence, data }]);
  return false;
}
