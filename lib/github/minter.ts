import { createAppAuth } from '@octokit/auth-app';
import { ConfigInvalid, ForgeFailed } from '../domain/errors.ts';
import { type GitHubClient, githubClient } from './client.ts';
import { hasStatus } from './failure.ts';

/** What a token may do in its one repository. */
export type Permissions = Partial<
  Record<'checks' | 'contents' | 'issues' | 'metadata' | 'pull_requests', 'read' | 'write'>
>;

/** A token for one effect. */
interface Minted {
  readonly token: string;
  /** True where the token speaks for a GitHub App. */
  readonly app: boolean;
  /** The App's name in URLs. */
  readonly slug?: string;
  /** Ends the token. Never throws: a token that can't be ended lapses within the hour. */
  revoke(): Promise<void>;
}

/** The App on one account. */
interface Installation {
  readonly id: number;
  readonly slug: string;
}

/** Gives a token for one repository (`owner/name`) with the least permissions. Throws `ForgeFailed`. */
export type Mint = (request: {
  readonly repository: string;
  readonly permissions: Permissions;
}) => Promise<Minted>;

/** The App's identity; `privateKey` is PEM. */
export interface AppOptions {
  readonly appId: string | number;
  readonly privateKey: string;
  readonly apiUrl: string;
}

/**
 * Mints installation tokens as the GitHub App. Remembers installations, never tokens: a shared one would
 * be ended by whoever is done first.
 */
export function minter({ appId, privateKey, apiUrl }: AppOptions): Mint {
  const installations = new Map<string, Installation>();
  const auth = createAppAuth({ appId, privateKey });
  return async ({ repository, permissions }) => {
    const [owner = '', repo = ''] = repository.split('/');
    const jwt = await signed(auth);
    const { request } = githubClient({ apiUrl, token: jwt });
    try {
      const found = installations.get(repository);
      const installation = found ?? (await installationOf(request, owner, repo));
      installations.set(repository, installation);
      const { id: installation_id, slug } = installation;
      const route = 'POST /app/installations/{installation_id}/access_tokens';
      const asked = { installation_id, repositories: [repo], permissions };
      const { token } = (await request(route, asked)).data;
      return { token, app: true, slug, revoke: () => revoke(apiUrl, token) };
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

async function signed(auth: ReturnType<typeof createAppAuth>): Promise<string> {
  try {
    return (await auth({ type: 'app' })).token;
  } catch {
    // The cause may quote the key.
    throw new ConfigInvalid("the GitHub App's private key is not a PEM key that can sign");
  }
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

async function revoke(apiUrl: string, token: string): Promise<void> {
  await githubClient({ apiUrl, token })
    .request('DELETE /installation/token')
    .catch(() => undefined);
}
