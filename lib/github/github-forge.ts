import type { Forge } from '../domain/forge.ts';
import { accessTo, type GitHubAccess } from './access.ts';
import { commentsOf } from './comments.ts';
import { commitsOf } from './commits.ts';
import { issuesOf } from './issues.ts';
import { mergesOf } from './merges.ts';
import { pullRequestsOf } from './pull-requests.ts';
import { reviewersOf } from './reviewers.ts';
import { reviewsOf } from './reviews.ts';

/**
 * `Forge` on GitHub for the repository `owner/name`. Every call has a token of its own with the least
 * permission it needs. Throws `ForgeFailed`, and `ForgeUnavailable` where a later try may go through.
 */
export function githubForge(repository: string, access: GitHubAccess): Forge {
  const within = accessTo(repository, access);
  return {
    ...issuesOf(within),
    ...commentsOf(within),
    ...commitsOf(within),
    ...pullRequestsOf(within),
    ...reviewsOf(within),
    ...reviewersOf(within),
    ...mergesOf(within),
  };
}
