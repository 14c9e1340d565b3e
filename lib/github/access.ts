import { ForgeFailed } from '../domain/errors.ts';
import type { Mint, Permissions } from '../domain/mint.ts';
import { type Allowance, countedAs } from './allowance.ts';
import { type GitHubClient, githubClient } from './client.ts';
import { type IsOurs, ownAccount } from './own-account.ts';
import { siteOf } from './site.ts';

/** How GitHub is reached, and who may act there. */
export interface GitHubAccess {
  readonly apiUrl: string;
  readonly mint: Mint;
  /** Takes note of what GitHub says is left of its calls. */
  readonly allowance?: Allowance;
}

/** One repository with the authority for one effect. */
export interface RepositoryClient extends GitHubClient {
  readonly at: { readonly owner: string; readonly repo: string };
  /** True where it acts as a GitHub App. */
  readonly app: boolean;
  /** The App's name in URLs; its account is `slug[bot]`. */
  readonly slug: string | undefined;
  /** Where people see GitHub: `https://github.com`, or the server itself. */
  readonly site: string;
  /** Gives the test for the account that this authority writes with. Throws `ForgeFailed`. */
  ours(): Promise<IsOurs>;
}

/** Does one piece of work with a token made for it, which is ended after it. */
export type WithAccess = <T>(
  permissions: Permissions,
  work: (github: RepositoryClient) => Promise<T>,
) => Promise<T>;

/** Access to `owner/name`. Throws `ForgeFailed` where that is no name. */
export function accessTo(repository: string, authority: GitHubAccess): WithAccess {
  const { apiUrl, mint, allowance } = authority;
  const [owner, repo, ...rest] = repository.split('/');
  if (!owner || !repo || rest.length > 0) {
    throw new ForgeFailed(`${repository} is not of the form owner/name`);
  }
  return async (permissions, work) => {
    const asked = { repository, permissions };
    let minted = await mint(asked);
    const renew = async () => {
      await minted.revoke();
      minted = await mint(asked);
      return minted.token;
    };
    try {
      const renewal = minted.app ? { renew } : {};
      const account = countedAs(owner, minted.app);
      const seen = (headers: Readonly<Record<string, unknown>>) =>
        allowance?.seen(account, headers);
      const client = githubClient({ apiUrl, token: minted.token, seen, ...renewal });
      const { app, slug } = minted;
      const ours = () =>
        ownAccount(authority, { app, ...(slug === undefined ? {} : { slug }) }, client);
      return await work({
        ...{ ...client, at: { owner, repo }, app, slug, site: siteOf(apiUrl), ours },
      });
    } finally {
      await minted.revoke();
    }
  };
}

/** The number that GitHub knows an issue by. Throws `ForgeFailed`. */
export function issueNumber(issue: string): number {
  if (/^[1-9]\d{0,9}$/.test(issue)) return Number(issue);
  throw new ForgeFailed(`${JSON.stringify(issue)} is not the number of an issue`);
}
