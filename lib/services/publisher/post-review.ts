import { effectKey } from '../../domain/effect.ts';
import { NotFound } from '../../domain/errors.ts';
import type { Forge } from '../../domain/forge.ts';
import type { Review } from '../../domain/handoff.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { modelsPlayed } from '../models-played.ts';
import { markerOf, performEffect } from './perform-effect.ts';
import { code, quote, tame } from './tame-text.ts';

/** Name of the check run that holds the verdict. */
const reviewCheck = 'entropy/review';

/**
 * Posts a round's review on the published commit and its verdict as a check run. Safe to repeat. Throws
 * `ForgeFailed`, and `NotFound` where nothing was published.
 */
export async function postReview(
  ports: Ports,
  run: Run,
  { round, review }: { readonly round: number; readonly review: Review },
): Promise<void> {
  const { commit, pullRequest } = run;
  if (commit === undefined || pullRequest === undefined) {
    throw new NotFound(`run ${run.id} has published no pull request`);
  }
  const { number } = pullRequest;
  const forge = ports.forgeOf(run);
  const title = review.verdict === 'approve' ? 'Approved' : 'Changes requested';
  const by = `round ${round}, reviewed by ${code((await modelsPlayed(ports, run, round)).reviewer)}`;
  const key = effectKey(run.id, 'review', round);
  const marker = markerOf(key);
  await performEffect(ports, run, key, 'review', {
    find: () => forge.findReview(number, marker),
    act: () =>
      forge.review({
        ...{ number, commit },
        body: `**${title}** (${by})\n\n${quote(review.summary)}\n\n${marker}`,
        comments: review.comments.map(({ path, line, body }) => ({ path, line, body: tame(body) })),
      }),
  });
  await postVerdict(ports, run, commit, round, {
    conclusion: review.verdict === 'approve' ? 'success' : 'failure',
    title: `${title} in round ${round}`,
    summary: tame(review.summary),
  });
}

/**
 * Puts the verdict on a commit that is the approved change on a newer base: the same change, verified again.
 * Safe to repeat. Throws `ForgeFailed`.
 */
export async function carryVerdict(
  ports: Ports,
  run: Run,
  commit: string,
  { round, approved, base }: { round: number; approved: number; base: string },
): Promise<void> {
  const title = `Approved in round ${approved}; on a newer base in round ${round}`;
  const summary = `Git laid the approved change over ${code(base)} without a conflict, and it was verified there.`;
  await postVerdict(ports, run, commit, round, { conclusion: 'success', title, summary });
}

/** Shows on a round's commit on GitHub that its verdict is still to come. Safe to repeat. Throws `ForgeFailed`. */
export async function announceVerdict(
  ports: Ports,
  run: Run,
  commit: string,
  round: number,
): Promise<void> {
  if (run.repository.forge === 'local') return;
  const said = {
    title: `Under review in round ${round}`,
    summary: 'The verdict is still to come.',
  };
  await writeCheck(ports, run, announcedKey(run, round), { commit, ...said });
}

/** Says on a commit whose verdict was announced that none will come. Safe to repeat. Throws `ForgeFailed`. */
export async function withdrawVerdict(ports: Ports, run: Run, outcome: Outcome): Promise<void> {
  const effects = await ports.effects.list(run.id);
  const isDone = (key: string) => effects.some((one) => one.key === key && one.receipt);
  for (let round = 1; run.commit !== undefined && round <= mostRounds; round += 1) {
    if (!isDone(announcedKey(run, round)) || isDone(verdictKey(run, round))) continue;
    const { commit } = run;
    const said = { title: 'No verdict', summary: `The run ended before it: ${outcome}.` };
    const verdict = { commit, conclusion: 'neutral' as const, ...said };
    await writeCheck(ports, run, verdictKey(run, round), verdict, true);
  }
}

/** Policy allows no more of them. */
const mostRounds = 10;

function announcedKey(run: Run, round: number): string {
  return effectKey(run.id, 'check-run', `announced-${round}`);
}

function verdictKey(run: Run, round: number): string {
  return effectKey(run.id, 'check-run', round);
}

type Check = Parameters<Forge['checkRun']>[0];

async function postVerdict(
  ports: Ports,
  run: Run,
  commit: string,
  round: number,
  verdict: Pick<Check, 'conclusion' | 'title' | 'summary'>,
): Promise<void> {
  await writeCheck(ports, run, verdictKey(run, round), { commit, ...verdict });
}

async function writeCheck(
  ports: Ports,
  run: Run,
  key: string,
  check: Omit<Check, 'name'>,
  evenIfCancelled = false,
): Promise<void> {
  await performEffect(ports, run, key, 'check-run', {
    evenIfCancelled,
    // A check run is found again by its name on the commit.
    find: async () => undefined,
    act: () => ports.forgeOf(run).checkRun({ name: reviewCheck, ...check }),
  });
}
