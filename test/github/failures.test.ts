import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { githubForge } from '../../lib/github/github-forge.ts';
import { tokenMinter } from '../../lib/github/minter.ts';
import type { Fault } from '../../lib/local/playground/faults.ts';
import { playgroundWith } from './playground-fixture.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
beforeAll(async () => {
  github = await playgroundWith();
});
afterEach(() => github.playground.clearFaults());
afterAll(async () => {
  expect(github.minted.every((one) => one.revoked)).toBe(true);
  await github.playground.close();
});

const fault = (method: string, path: string, more: Partial<Fault>) =>
  github.playground.addFault({ method, path, kind: 'status', ...more });
const comments = async () =>
  (
    (await github.playground.request('maria', 'GET', '/repos/octo/calc/issues/1/comments'))
      .body as {
      body: string;
    }[]
  ).map(({ body }) => body);

describe('a read', () => {
  test.each([
    ['a server error', { status: 502, times: 2 }],
    ['a connection that ends', { kind: 'hang-up', times: 2 } as const],
    ['a secondary limit', { status: 403, retryAfter: 1 }],
    ['a limit by 429', { status: 429, retryAfter: 1 }],
    ['an expired token', { status: 401 }],
  ])('comes through %s', async (_name, more) => {
    await fault('GET', '/issues/1$', more);
    expect(await github.forge.readIssue('1')).toMatchObject({ title: 'sum is wrong' });
  });

  test.each([
    ['a server that keeps failing', { status: 500, times: 9 }, 'ForgeUnavailable', 500],
    ['a limit of an hour', { status: 403, retryAfter: 3600 }, 'ForgeUnavailable', 403],
    ['a token that is never known', { status: 401, times: 9 }, 'ForgeFailed', 401],
    ['what is forbidden', { status: 403 }, 'ForgeFailed', 403],
    ['what is not there', { status: 404 }, 'ForgeFailed', 404],
  ])('is refused by %s', async (_name, more, name, status) => {
    await fault('GET', '/issues/1$', more);
    await expect(github.forge.readIssue('1')).rejects.toMatchObject({ name, status });
  });

  test('by a token that is no App’s is not asked for again', async () => {
    const forge = githubForge('octo/calc', { ...github.access, mint: tokenMinter('ghp_gone') });
    await expect(forge.readIssue('1')).rejects.toMatchObject({ name: 'ForgeFailed', status: 401 });
  });
});

describe('a write', () => {
  test.each([
    ['a secondary limit', { status: 403, retryAfter: 1 }],
    ['an expired token', { status: 401 }],
  ])('that GitHub did not take for %s is made again, once', async (name, more) => {
    await fault('POST', '/issues/1/comments', more);
    await github.forge.comment('1', name);
    expect((await comments()).filter((body) => body === name)).toHaveLength(1);
  });

  test.each([
    ['a server error', { status: 502 }, 'ForgeUnavailable', 0],
    ['a lost answer', { kind: 'lose-answer' } as const, 'ForgeUnavailable', 1],
    ['a conflict', { status: 409 }, 'ForgeFailed', 0],
    ['what GitHub finds invalid', { status: 422 }, 'ForgeFailed', 0],
  ])('is not repeated after %s: the caller looks for it first', async (text, more, name, times) => {
    await fault('POST', '/issues/1/comments', more);
    await expect(github.forge.comment('1', text)).rejects.toMatchObject({ name });
    expect((await comments()).filter((body) => body === text)).toHaveLength(times);
    expect((await github.forge.findComment('1', text)) !== undefined).toBe(times === 1);
  });
});

describe('a mutation', () => {
  let pulls = 0;
  const draft = async () => {
    pulls += 1;
    const { base } = github;
    const branch = `entropy/draft-${pulls}`;
    const files = [{ path: `a${pulls}`, mode: '100644', content: 'YQ==' }] as const;
    await github.forge.commit({ ...{ branch, parent: base, base, message: 'x' }, files });
    const drafted = { base: 'main', title: 'A draft', body: '', draft: true };
    return (await github.forge.createPullRequest({ branch, ...drafted })).number;
  };
  const answered = (error: { type?: string; message: string }, more: Partial<Fault> = {}) =>
    fault('POST', '^/graphql$', { status: 200, body: { data: null, errors: [error] }, ...more });
  const limit = { type: 'RATE_LIMITED', message: 'API rate limit exceeded for installation ID 1.' };

  test('that GitHub did not take for a limit is made again', async () => {
    const number = await draft();
    await answered(limit, { retryAfter: 1 });
    await github.forge.markReady(number);
    const path = `/repos/octo/calc/pulls/${number}`;
    const { body } = await github.playground.request('maria', 'GET', path);
    expect(body).toMatchObject({ draft: false });
  });

  test.each([
    ['a limit of an hour', limit, { retryAfter: 3600 }, 429],
    ['a secondary limit', { message: 'You have exceeded a secondary rate limit.' }, {}, 429],
    ['a service that is away', { type: 'SERVICE_UNAVAILABLE', message: 'later' }, {}, undefined],
    ['a timeout', { message: 'Something went wrong while executing your query.' }, {}, undefined],
  ])('is refused for now by %s', async (_name, error, more, status) => {
    const number = await draft();
    await answered(error, { ...more, times: 9 });
    const refused = github.forge.markReady(number);
    await expect(refused).rejects.toMatchObject({ name: 'ForgeUnavailable', status });
  });

  test('that is not valid is refused for good', async () => {
    const number = await draft();
    await answered({ type: 'UNPROCESSABLE', message: 'no' }, { times: 9 });
    await expect(github.forge.markReady(number)).rejects.toMatchObject({ name: 'ForgeFailed' });
  });
});
