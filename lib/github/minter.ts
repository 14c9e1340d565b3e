import { ForgeFailed } from '../domain/errors.ts';
import type { Mint } from '../domain/mint.ts';
import { type AppIdentity, appJwt } from './app-jwt.ts';
import { type GitHubClient, githubClient } from './client.ts';
import { hasStatus } from './failure.ts';

/** The App on one account. */
interface Installation {
  readonly id: number;
  readonly slug: string;
}

/** The App, and where GitHub's API is. */
export type AppOptions = AppIdentity & { readonly apiUrl: string };

/**
 * Mints installation tokens as the GitHub App. Remembers installations, never tokens: a shared one would
 * be ended by whoever is done first.
 */
export function minter(options: AppOptions): Mint {
  const { apiUrl } = options;
  const installations = new Map<string, Installation>();
  return async ({ repository, permissions }) => {
    const [owner = '', repo = ''] = repository.split('/');
    const { request } = githubClient({ apiUrl, token: await appJwt(options) });
    try {
      const found = installations.get(repository);
      const installation = found ?? (await installationOf(request, owner, repo));
      installations.set(repository, installation);
      const { id: installation_id, slug } = installation;
      const route = 'POST /app/installations/{installation_id}/access_tokens';
      const asked = { installation_id, repositories: [repo], permissions };
      const { token } = (await request(route, asked)).data;
      return { token, app: true, slug, revoke: () => endToken(apiUrl, token) };
    } catch (error) {
      // Installed anew, it has another number.
      installations.delete(repository);
      throw error;
    }
  };
}

/** For a plain token (GITHUB_TOKEN): its permissions are what they are, and it is not ours to end. */
export function tokenMinter(token: string): Mint {
  return async () => ({ token, app: false, revoke: async () => undefined });
}

async function installationOf(
  request: GitHubClient['request'],
  owner: string,
  repo: string,
): Promise<Installation> {
  try {
    const route = 'GET /repos/{owner}/{repo}/installation';
    const { id, app_slug: slug } = (await request(route, { owner, repo })).data;
    return { id, slug };
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    const text = `the GitHub App is not installed on ${owner}/${repo}; install it there`;
    throw new ForgeFailed(text, { status: 404 });
  }
}

/** Ends an installation token, by itself. Never throws: one that can't be ended lapses within the hour. */
export async function endToken(apiUrl: string, token: string): Promise<void> {
  await githubClient({ apiUrl, token })
    .request('DELETE /installation/token')
    .catch(() => undefined);
}
