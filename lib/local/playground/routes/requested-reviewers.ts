import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route } from '../api.ts';
import { emit } from '../emit.ts';
import { ApiError } from '../errors.ts';
import { shapeLogin } from '../present/account.ts';
import { shapePull } from '../present/pull.ts';
import { roleOf } from '../store.ts';
import { pullOf } from './pulls.ts';

const requestSchema = z.object({
  reviewers: z.array(z.string()).max(15).default([]),
  team_reviewers: z.array(z.string()).max(15).default([]),
});

/** All or none: GitHub refuses the whole request for one who can't be asked. There are no teams here. */
function requestReviewers(call: Call): Reply {
  const { world, repository } = call;
  const issue = pullOf(call);
  const { reviewers, team_reviewers } = parseBody(requestSchema, call.body);
  if (reviewers.includes(issue.author)) {
    throw new ApiError(422, 'Review cannot be requested from pull request author.');
  }
  const strangers = reviewers.filter((login) => roleOf(repository, login) === 'none');
  if (strangers.length > 0 || team_reviewers.length > 0) {
    throw new ApiError(
      422,
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repository.owner}/${repository.name} repository.`,
    );
  }
  const present = issue.pull.requestedReviewers ?? [];
  const fresh = reviewers.filter((login) => !present.includes(login));
  issue.pull.requestedReviewers = [...present, ...fresh];
  const body = shapePull(world, repository, issue);
  for (const login of fresh) {
    const requested_reviewer = shapeLogin(world, login);
    const about = { number: issue.number, pull_request: body, requested_reviewer };
    emit(call, 'pull_request', { action: 'review_requested', ...about });
  }
  return { status: 201, body };
}

const write = { resource: 'pull_requests', level: 'write', role: 'triage' } as const;

/** Who is asked to review a pull request. */
export const requestedReviewerRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/pulls/:number/requested_reviewers',
    need: write,
    handle: requestReviewers,
  },
];
