import type { Minted } from '../domain/mint.ts';
import type { GitHubClient } from './client.ts';
import { hasStatus } from './failure.ts';

/** Whose something on GitHub is; as much of it as GitHub says. */
type Account = { readonly login?: string; readonly type?: string } | null | undefined;

/** Tells whether what an account wrote can be the system's own. */
export type IsOurs = (account: Account) => boolean;

const logins = new WeakMap<object, Promise<string | undefined>>();

/**
 * The test for the account that writes by this authority: the App's bot, or the owner of a plain token, who is asked for
 * once for each `authority`. Throws `ForgeFailed`.
 */
export async function ownAccount(
  authority: object,
  { app, slug }: Pick<Minted, 'app' | 'slug'>,
  client: Pick<GitHubClient, 'request'>,
): Promise<IsOurs> {
  // People could write our marks as well, and so could other bots.
  if (app)
    return (account) => isBot(account) && (slug === undefined || is(account, `${slug}[bot]`));
  const asked = logins.get(authority) ?? loginOf(client);
  logins.set(authority, asked);
  try {
    const login = await asked;
    return login === undefined ? isBot : (account) => is(account, login);
  } catch (error) {
    logins.delete(authority);
    throw error;
  }
}

/** Whose a plain token is; undefined for GitHub Actions' own, which speaks for no person and writes as a bot. */
export async function loginOf({
  request,
}: Pick<GitHubClient, 'request'>): Promise<string | undefined> {
  try {
    return (await request('GET /user')).data.login;
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}

const isBot: IsOurs = (account) => account?.type === 'Bot';

function is(account: Account, login: string): boolean {
  return account?.login?.toLowerCase() === login.toLowerCase();
}
