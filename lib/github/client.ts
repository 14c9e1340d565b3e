import { Octokit } from '@octokit/core';
import { ForgeUnavailable } from '../domain/errors.ts';
import { failureOf } from './failure.ts';
import { passingRefusal } from './graphql-failure.ts';
import { type Patience, pauseBefore, startPatience } from './patience.ts';

/** How a client is made. */
export interface ClientOptions {
  /** `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** Empty for none. */
  readonly token: string;
  /** Gives another token, once, where GitHub no longer knows this one. */
  readonly renew?: () => Promise<string>;
  /** How long it waits for limits, and how; a minute in all unless given. */
  readonly patience?: Patience;
  /** Told the headers of every answer, of refusals too. */
  readonly seen?: (headers: Readonly<Record<string, unknown>>) => void;
}

/** GitHub's REST and GraphQL. All calls throw `ForgeFailed` or `ForgeUnavailable`. */
export type GitHubClient = Pick<Octokit, 'request' | 'graphql'>;

const requestMs = 30_000;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A client with one token. A call that GitHub did not take (a limit, a token that is over) is made again, a
 * read also where GitHub failed; a write that may have been done is not: who wrote looks for it first.
 */
export function githubClient(options: ClientOptions): GitHubClient {
  const { patience = startPatience() } = options;
  let { token, renew } = options;
  const timed: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(requestMs) });
  const octokit = new Octokit({
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'entropy-playground',
    log: quiet,
    request: { fetch: timed, log: quiet },
  });
  octokit.hook.wrap('request', async (request, asked) => {
    asked.headers['x-github-api-version'] = '2022-11-28';
    for (let tries = 1; ; tries += 1) {
      if (token !== '') asked.headers.authorization = `bearer ${token}`;
      try {
        const answer = await request(asked);
        const refusal = asked.url.endsWith('/graphql') ? passingRefusal(answer) : undefined;
        if (refusal !== undefined) throw refusal;
        options.seen?.(answer.headers);
        return whole(answer);
      } catch (error) {
        const { response } = error as { response?: { headers?: Record<string, unknown> } };
        if (response?.headers !== undefined) options.seen?.(response.headers);
        if ((error as { status?: number }).status === 401 && renew !== undefined) {
          const again = renew;
          renew = undefined;
          token = await again();
          continue;
        }
        const pause = pauseBefore(error, { method: asked.method, tries, now: patience.now() });
        if (pause === undefined || !(await patience.wait(pause))) throw failureOf(error, token);
      }
    }
  });
  return { request: octokit.request, graphql: octokit.graphql };
}

/** An answer that breaks off is given as a text, or as none. */
function whole<T extends { readonly status: number; readonly data: unknown }>(answer: T): T {
  const { status, data } = answer;
  if (status === 204 || (typeof data === 'object' && data !== null)) return answer;
  throw new ForgeUnavailable('the answer of GitHub broke off', { status });
}

/** All items of a list, in pages of 100 and at most `pages` of them. */
export async function listAll<T>(
  page: (page: { per_page: number; page: number }) => Promise<{ data: readonly T[] }>,
  pages = 30,
): Promise<T[]> {
  const all: T[] = [];
  for (let number = 1; number <= pages; number += 1) {
    const { data } = await page({ per_page: 100, page: number });
    all.push(...data);
    if (data.length < 100) break;
  }
  return all;
}
