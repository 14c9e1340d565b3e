import { BaseConflict } from '../../domain/errors.ts';
import type { ChangeSet } from '../../domain/handoff.ts';
import { canonicalJson } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import type { BaseMove, Run } from '../../domain/run.ts';
import { baseOf, changeOf, runOf } from './run-facts.ts';

/**
 * `present`: the base is the default branch's head. `rebased`: the change stands on a new base and is to be
 * verified there. `conflict`: it is the coder's again. `outdated`: no round is left for either.
 */
type Followed = 'present' | 'rebased' | 'conflict' | 'outdated';

/**
 * Looks whether the default branch has moved on under an approved change and, where a round is left, lays the
 * change over its new head, which becomes the run's base. A branch on this machine is its owner's to follow, but
 * for a replay's, which moves on as the original's did.
 * Safe to repeat. Throws `BaseConflict` where no round is left to resolve a conflict.
 */
export async function followBase(
  ports: Ports,
  { run: id, round, rounds }: { run: string; round: number; rounds: number },
): Promise<{ result: Followed }> {
  const run = await runOf(ports, id);
  const isReplay = run.settings.replayOf !== undefined;
  if (run.repository.forge === 'local' && !isReplay) return { result: 'present' };
  const known = run.moves?.find((move) => move.round === round);
  if (known !== undefined) return { result: resultOf(known) };
  const base = baseOf(run);
  const latest = await ports.source.latest(run);
  if (latest.commit === base.commit) return { result: 'present' };
  // Another branch is the default one by now: what the pull request is made for is a person's to say.
  if (latest.branch !== base.branch) return { result: 'outdated' };
  const change = await changeOf(ports, id, round);
  const from = base.commit;
  const onto = latest.commit;
  const { files, conflicts } = await ports.source.rebase(run.repository, {
    ...{ from, onto, files: change.files },
  });
  if (files.length === 0) {
    throw new BaseConflict(`${base.branch} holds this change by now: nothing is left of it`);
  }
  if (round >= rounds) {
    if (conflicts.length === 0) return { result: 'outdated' };
    const where = conflicts.slice(0, 10).join(', ');
    throw new BaseConflict(`${base.branch} has moved on to ${onto} and conflicts in ${where}`);
  }
  const rebased = { ...change, base: onto, files: [...files] };
  const move = { round, from, to: onto, conflicts };
  return { result: await keep(ports, run, latest, move, rebased) };
}

async function keep(
  ports: Ports,
  run: Run,
  base: { branch: string; commit: string },
  found: Omit<BaseMove, 'change'>,
  rebased: ChangeSet,
): Promise<Followed> {
  const change = await ports.ledger.putPayload(run.id, canonicalJson(rebased));
  const move = { ...found, change };
  await ports.source.repin(run, base);
  const moves = [...(run.moves ?? []), move];
  const event = { kind: 'base.moved', actor: 'lifecycle', standing: 'observed' } as const;
  const at = ports.clock.now();
  await ports.runs.update(run.id, ['running'], { base, moves }, [
    { ...event, at, fence: run.fence, data: { ...move } },
  ]);
  return resultOf(move);
}

function resultOf({ conflicts }: Pick<BaseMove, 'conflicts'>): Followed {
  return conflicts.length === 0 ? 'rebased' : 'conflict';
}
