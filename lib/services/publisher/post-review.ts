import { effectKey } from '../../domain/effect.ts';
import { NotFound } from '../../domain/errors.ts';
import type { Forge } from '../../domain/forge.ts';
import type { Review } from '../../domain/handoff.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { markerOf, performEffect } from './perform-effect.ts';
import { modelOf } from './pull-request-body.ts';
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
  const by = `round ${round}, reviewed by ${code(modelOf(run, 'reviewer'))}`;
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

async function postVerdict(
  ports: Ports,
  run: Run,
  commit: string,
  round: number,
  verdict: Pick<Parameters<Forge['checkRun']>[0], 'conclusion' | 'title' | 'summary'>,
): Promise<void> {
  await performEffect(ports, run, effectKey(run.id, 'check-run', round), 'check-run', {
    // A check run is found again by its name on the commit.
    find: async () => undefined,
    act: () => ports.forgeOf(run).checkRun({ commit, name: reviewCheck, ...verdict }),
  });
}
