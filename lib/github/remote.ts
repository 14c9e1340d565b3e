import type { GitHubAccess } from './access.ts';
import { siteOf } from './site.ts';

/** Where git fetches a repository from, with a token that may read it and nothing else. */
export interface GitRemote {
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string;
  /** Ends the token. */
  readonly release: () => Promise<void>;
}

/** Gives the git remote of `owner/name`. Throws `ForgeFailed`. */
export async function gitRemoteOf(
  { apiUrl, mint }: GitHubAccess,
  repository: string,
): Promise<GitRemote> {
  const { token, revoke } = await mint({ repository, permissions: { contents: 'read' } });
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    url: `${siteOf(apiUrl)}/${repository}.git`,
    authorization: `Basic ${basic}`,
    release: revoke,
  };
}
