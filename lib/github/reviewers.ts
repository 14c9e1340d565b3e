import type { Forge } from '../domain/forge.ts';
import type { RepositoryClient, WithAccess } from './access.ts';
import { hasStatus } from './failure.ts';

const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers';

/** Who is asked to review a pull request. */
export function reviewersOf(access: WithAccess) {
  return {
    requestReviewers: (number, owners) =>
      access({ pull_requests: 'write' }, async (github) => {
        const names = owners.filter((owner) => owner.startsWith('@'));
        if (await request(github, number, names)) return names;
        // GitHub refuses all for one who can't be asked: the author, or who may not see the repository.
        const asked: string[] = [];
        for (const name of names) if (await request(github, number, [name])) asked.push(name);
        return asked;
      }),
  } satisfies Partial<Forge>;
}

/** False where GitHub does not let them be asked. */
async function request(
  { request, at }: RepositoryClient,
  pull_number: number,
  names: readonly string[],
): Promise<boolean> {
  const teams = names.filter((name) => name.includes('/'));
  const reviewers = names.filter((name) => !name.includes('/')).map((name) => name.slice(1));
  const team_reviewers = teams.map((name) => name.slice(name.indexOf('/') + 1));
  try {
    await request(route, { ...at, pull_number, reviewers, team_reviewers });
    return true;
  } catch (error) {
    if (hasStatus(error, 422) || hasStatus(error, 403) || hasStatus(error, 404)) return false;
    throw error;
  }
}
