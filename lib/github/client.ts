import { Octokit } from '@octokit/core';
import { ForgeUnavailable } from '../domain/errors.ts';
import { failureOf } from './failure.ts';

/** How a client is made. */
export interface ClientOptions {
  /** `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** Empty for none. */
  readonly token: string;
}

/** GitHub's REST and GraphQL. All calls throw `ForgeFailed` or `ForgeUnavailable`. */
export type GitHubClient = Pick<Octokit, 'request' | 'graphql'>;

const requestMs = 30_000;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A client with one token. It does not repeat calls: who calls knows what may be repeated. */
export function githubClient({ apiUrl, token }: ClientOptions): GitHubClient {
  const timed: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(requestMs) });
  const octokit = new Octokit({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'entropy-playground',
    log: quiet,
    request: { fetch: timed, log: quiet },
    ...(token === '' ? {} : { auth: token }),
  });
  octokit.hook.before('request', (options) => {
    options.headers['x-github-api-version'] = '2022-11-28';
  });
  octokit.hook.after('request', ({ status, data }) => {
    // An answer that breaks off is given as a text, or as none.
    if (status === 204 || (typeof data === 'object' && data !== null)) return;
    throw new ForgeUnavailable('the answer of GitHub broke off', { status });
  });
  octokit.hook.error('request', (error) => {
    throw failureOf(error, token);
  });
  return { request: octokit.request, graphql: octokit.graphql };
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
