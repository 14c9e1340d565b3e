import type { Review } from '../../domain/handoff.ts';
import { reviewSchema } from '../../domain/handoff.ts';
import { reviewer } from '../../roles/reviewer.ts';
import { reviewAnswer, reviewerSystem } from '../../roles/rewrite/reviewer.ts';
import { needed, paragraphs } from '../../roles/sections.ts';
import type { Desk } from './desk.ts';
import { draftOf, textIn } from './draft.ts';
import { showFiles } from './show-files.ts';
import { askTyped, parsedBy } from './talk.ts';

/** Reviews the change beside the whole files that it touches. Leaves a Review. */
export async function reviewChange(desk: Desk, diff: string): Promise<Review> {
  const { model, sources, input, nonce } = desk;
  const draft = draftOf(needed(input.change, 'change'));
  const { text } = await showFiles(sources, draft, [...draft.keys()]);
  return askTyped(model, {
    name: 'review',
    system: reviewerSystem,
    brief: paragraphs(
      desk.guidance,
      reviewer.brief(input, { nonce, diff }),
      `# The files with the change\n\n${text}`,
    ),
    schema: reviewAnswer,
    maxTokens: 1200,
    take: async (answer) => {
      const given = parsedBy(reviewAnswer.partial({ comments: true }), answer);
      const placed: Review['comments'] = [];
      const others: string[] = [];
      for (const comment of given.comments ?? []) {
        const lines = (await textIn(draft, sources, comment.path))?.split('\n').length ?? 0;
        const fits = draft.has(comment.path) && comment.line >= 1 && comment.line <= lines;
        if (fits) placed.push(comment);
        else others.push(`${comment.path}: ${comment.body}`);
      }
      // Small models can't count lines: what they have to say is kept, without a place.
      const summary = paragraphs(given.summary, ...others).slice(0, 4000);
      return parsedBy(reviewSchema, { ...given, kind: 'review', summary, comments: placed });
    },
  });
}
