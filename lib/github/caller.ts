import { ConfigInvalid, NotFound } from '../domain/errors.ts';
import type { Permissions } from '../domain/mint.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { hasStatus } from './failure.ts';
import type { IssueReference } from './issue-reference.ts';
import { loginOf } from './own-account.ts';
import { permissionOf } from './trigger-facts.ts';

/** All that a run does to a repository. */
const needed: Permissions = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
};
const writers = ['admin', 'maintain', 'write'];

/**
 * Who asks for a run by the authority at hand: the login of a person's token, undefined for the App, whose key
 * is authority enough. Throws `ConfigInvalid` where that may not write, `NotFound` where there is no such
 * open issue, and `ForgeFailed`.
 */
export async function checkCaller(
  access: GitHubAccess,
  { repository, issue }: IssueReference,
): Promise<string | undefined> {
  return accessTo(repository, access)(needed, async (github) => {
    await checkIssue(github, repository, issue);
    if (github.app) return undefined;
    const login = await loginOf(github);
    // A token of GitHub Actions speaks for no person; what it may do shows when it does it.
    if (login === undefined) return undefined;
    const permission = await permissionOf(github, login);
    if (writers.includes(permission)) return login;
    throw new ConfigInvalid(
      `${login} has ${permission} permission on ${repository}; a run needs write`,
    );
  });
}

/**
 * Whether a run can begin on an issue, as who may look at it sees. Throws `ConfigInvalid`, `NotFound` where there is no such
 * open issue, and `ForgeFailed`.
 */
export function checkOpenIssue(
  access: GitHubAccess,
  { repository, issue }: IssueReference,
): Promise<void> {
  return accessTo(repository, access)({ issues: 'read' }, (github) =>
    checkIssue(github, repository, issue),
  );
}

async function checkIssue({ request, at }: RepositoryClient, repository: string, issue: string) {
  const where = { ...at, issue_number: Number(issue) };
  const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}', where).catch(
    (error: unknown) => {
      if (!hasStatus(error, 404) && !hasStatus(error, 410)) throw error;
      throw new NotFound(`there is no ${repository}#${issue}, or it may not be seen from here`);
    },
  );
  if (data.pull_request != null) {
    throw new ConfigInvalid(`${repository}#${issue} is a pull request; name the issue to resolve`);
  }
  if (data.state === 'closed') throw new ConfigInvalid(`${repository}#${issue} is closed`);
}
