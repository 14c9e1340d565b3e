import * as z from 'zod';
import { type Call, listReply, parseBody, type Reply, type Route } from '../api.ts';
import { emit } from '../emit.ts';
import { ApiError } from '../errors.ts';
import { diffOf, hunkAt } from '../git/diff.ts';
import { objectType } from '../git/objects.ts';
import type { PullIssue, Review, ReviewComment } from '../model.ts';
import { shapePull, shapeReview, shapeReviewComment } from '../present/pull.ts';
import { timestamp } from '../world.ts';
import { pullOf } from './pulls.ts';

const side = z.enum(['LEFT', 'RIGHT']);
const commentSchema = z.object({
  path: z.string(),
  line: z.number().int().min(1),
  side: side.default('RIGHT'),
  start_line: z.number().int().min(1).optional(),
  start_side: side.optional(),
  body: z.string().min(1).max(65_536),
});
const reviewSchema = z.object({
  commit_id: z.string().optional(),
  body: z.string().max(65_536).default(''),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']),
  comments: z.array(commentSchema).max(300).default([]),
});
type Wanted = z.infer<typeof reviewSchema>;

const states = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const;
const unprocessable = (reason: string) => new ApiError(422, 'Unprocessable Entity', [reason]);

async function createReview(call: Call): Promise<Reply> {
  const { world, repository, actor } = call;
  const issue = pullOf(call);
  const wanted = parseBody(reviewSchema, call.body);
  const own = issue.author === actor.login;
  if (own && wanted.event === 'APPROVE') {
    throw unprocessable('Can not approve your own pull request');
  }
  if (own && wanted.event === 'REQUEST_CHANGES') {
    throw unprocessable('Can not request changes on your own pull request');
  }
  if (wanted.event !== 'APPROVE' && wanted.body === '' && wanted.comments.length === 0) {
    throw unprocessable('Body is required for this review');
  }
  const commit = wanted.commit_id ?? issue.pull.headSha;
  const review: Review = {
    id: world.store.nextId(),
    author: actor.login,
    body: wanted.body,
    state: states[wanted.event],
    commit,
    submittedAt: timestamp(world),
    comments: await placedComments(call, issue, commit, wanted),
  };
  issue.pull.reviews.push(review);
  issue.updatedAt = review.submittedAt;
  const shaped = shapeReview(world, repository, issue, review);
  emit(call, 'pull_request_review', {
    action: 'submitted',
    review: { ...shaped, state: review.state.toLowerCase() },
    pull_request: shapePull(world, repository, issue),
  });
  return { status: 200, body: shaped };
}

/** The comments with their hunks. Throws 422 where one does not lie in the diff. */
async function placedComments(
  call: Call,
  issue: PullIssue,
  commit: string,
  wanted: Wanted,
): Promise<ReviewComment[]> {
  const git = call.world.gitOf(call.repository);
  if ((await objectType(git, commit)) !== 'commit') {
    throw unprocessable('commit_id is not part of the pull request');
  }
  if (wanted.comments.length === 0) return [];
  const files = await diffOf(git, issue.pull.baseSha, commit);
  return wanted.comments.map((comment) => {
    const file = files.find((each) => each.path === comment.path);
    if (!file) throw unprocessable('Path could not be resolved');
    const { path, line, body, start_line: start } = comment;
    const hunk = hunkAt(file.patch ?? '', comment.side, line);
    if (hunk === undefined) throw unprocessable('Line could not be resolved');
    const startSide = comment.start_side ?? comment.side;
    if (start !== undefined && hunkAt(file.patch ?? '', startSide, start) === undefined) {
      throw unprocessable('Start line could not be resolved');
    }
    const id = call.world.store.nextId();
    const placed = { id, path, line, side: comment.side, body, hunk, commit };
    return start === undefined ? placed : { ...placed, startLine: start };
  });
}

const read = { resource: 'pull_requests', level: 'read', role: 'read' } as const;
const write = { resource: 'pull_requests', level: 'write', role: 'read' } as const;

/** Reviews of a pull request, and their comments on lines. */
export const reviewRoutes: readonly Route[] = [
  { method: 'POST', path: '/pulls/:number/reviews', need: write, handle: createReview },
  {
    method: 'GET',
    path: '/pulls/:number/reviews',
    need: read,
    handle(call) {
      const { world, repository } = call;
      const issue = pullOf(call);
      return listReply(call, `/pulls/${issue.number}/reviews`, issue.pull.reviews, (review) =>
        shapeReview(world, repository, issue, review),
      );
    },
  },
  {
    method: 'GET',
    path: '/pulls/:number/comments',
    need: read,
    handle(call) {
      const { world, repository } = call;
      const issue = pullOf(call);
      const all = issue.pull.reviews.flatMap((review) =>
        review.comments.map((comment) => ({ review, comment })),
      );
      return listReply(call, `/pulls/${issue.number}/comments`, all, ({ review, comment }) =>
        shapeReviewComment(world, repository, issue, review, comment),
      );
    },
  },
];
