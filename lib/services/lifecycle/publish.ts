import type { Ports } from '../../domain/ports.ts';
import { refuseWhilePaused } from '../paused.ts';
import { customsOf } from '../publisher/customs/customs.ts';
import { finish } from '../publisher/finish.ts';
import {
  announceVerdict,
  carryVerdict,
  postReview as writeReview,
} from '../publisher/post-review.ts';
import { publishChange } from '../publisher/publish-change.ts';
import {
  baseOf,
  changeOf,
  evidenceOf,
  judgementOf,
  lastRoundOf,
  moveAfter,
  planOf,
  policyOf,
  reviewOf,
  runOf,
} from './run-facts.ts';

interface InRound {
  readonly run: string;
  readonly round: number;
}

/** Commits the round's verified change and opens, or brings up to date, the draft pull request. */
export async function publish(ports: Ports, { run: id, round }: InRound): Promise<void> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  const evidence = await evidenceOf(ports, id, round);
  const published = await publishChange(ports, run, {
    round,
    change: await changeOf(ports, id, round),
    plan: await planOf(ports, id),
    evidence,
    judgement: await judgementOf(ports, run, evidence),
  });
  const { branch, commit, pullRequest } = published;
  await ports.runs.update(id, ['running'], { branch, commit, pullRequest }, []);
  const move = moveAfter(run, round - 1);
  if (move === undefined || move.conflicts.length > 0) {
    await announceVerdict(ports, run, commit, round);
    return;
  }
  const approved = await lastRoundOf(ports, id, 'reviewer');
  await carryVerdict(ports, run, commit, { round, approved, base: move.to });
}

/** Posts the round's review and its verdict. */
export async function postReview(ports: Ports, { run: id, round }: InRound): Promise<void> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  await writeReview(ports, run, { round, review: await reviewOf(ports, id, round) });
}

/** Hands the approved pull request to a person, or merges it where policy says so. */
export async function decide(
  ports: Ports,
  { run: id, round }: InRound,
): Promise<{ result: string }> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  const policy = await policyOf(ports, run);
  const merge = policy.merge === 'merge-when-approved' && run.repository.forge === 'github';
  const paths = (await changeOf(ports, id, round)).files.map(({ path }) => path);
  const { owners } = await customsOf(ports.source, run, baseOf(run).commit, policy, paths);
  const head = run.commit ?? '';
  const { merged, because } = await finish(ports, run, { merge, head, owners });
  if (because !== undefined) await ports.runs.update(id, ['running'], { note: because }, []);
  return { result: merged ? 'merged' : 'handed-over' };
}
