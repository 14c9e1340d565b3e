import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { failure, type Running, repo, startRunning } from './running.ts';

let running: Running;
/** Half a minute past the hour, where the clock is stopped; the App's own tokens need it to go. */
const stopped = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 30_000;
let now: number | undefined;

beforeAll(async () => {
  running = await startRunning({ now: () => now ?? Date.now(), private: false });
});
afterEach(async () => {
  now = undefined;
  await running.playground.limitCalls({});
});
afterAll(() => running.stop());

const read = 'GET /repos/{owner}/{repo}';
const write = 'POST /repos/{owner}/{repo}/issues';

describe('the limit of an hour', () => {
  test('counts all tokens of an installation together, and says so on each answer', async () => {
    const tokens = [await running.installation(), await running.installation()];
    now = stopped;
    await running.playground.limitCalls({ hour: 3 });
    const seen = [];
    for (const token of [...tokens, ...tokens.slice(0, 1)]) {
      const { headers } = await token.request(read, repo);
      seen.push(headers['x-ratelimit-remaining']);
    }
    expect(seen).toEqual(['2', '1', '0']);
    const over = await failure((tokens[1] as (typeof tokens)[0]).request(read, repo));
    expect(over.status).toBe(403);
    expect(over.message).toBe(
      `API rate limit exceeded for installation ID ${running.seeded.installationId}.`,
    );
    now += 3_600_000;
    const mia = await running.user('mia');
    expect((await mia.request(read, repo)).headers['x-ratelimit-remaining']).toBe('2');
  });

  test('is answered with 429 where that is asked for, and does nothing', async () => {
    const mia = await running.user('mia');
    await running.playground.limitCalls({ hour: 0, status: 429 });
    expect((await failure(mia.request(write, { ...repo, title: 'x' }))).status).toBe(429);
    expect((await running.playground.snapshot()).repositories[0]?.issues).toEqual([]);
  });

  test('is told by GraphQL with status 200', async () => {
    const mia = await running.user('mia');
    await running.playground.limitCalls({ hour: 0 });
    const told = { errors: [{ type: 'RATE_LIMITED' }] };
    await expect(mia.graphql('{ viewer { login } }')).rejects.toMatchObject(told);
  });

  test('is 60 for those without a name', async () => {
    now = stopped;
    const answer = await fetch(`${running.playground.apiUrl}/repos/acme/widgets`);
    expect(answer.headers.get('x-ratelimit-limit')).toBe('60');
    expect(Number(answer.headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(now);
  });

  test('is not touched by an answer that is known', async () => {
    const token = await running.playground.userToken('mia');
    const get = (etag: string) =>
      fetch(`${running.playground.apiUrl}/repos/acme/widgets`, {
        headers: { authorization: `Bearer ${token}`, 'if-none-match': etag },
      });
    now = stopped;
    const first = await get('');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/);
    const again = await get(etag);
    expect([again.status, await again.text()]).toEqual([304, '']);
    const third = await get('"another"');
    expect(third.status).toBe(200);
    expect(Number(third.headers.get('x-ratelimit-remaining'))).toBe(
      Number(first.headers.get('x-ratelimit-remaining')) - 1,
    );
  });
});

describe('the limit of a minute', () => {
  test('is for writes, and says how long to wait', async () => {
    const mia = await running.user('mia');
    now = stopped;
    await running.playground.limitCalls({ writesAMinute: 1 });
    await mia.request(write, { ...repo, title: 'one' });
    const over = await mia.request(write, { ...repo, title: 'two' }).catch((error) => error);
    expect(over.status).toBe(403);
    expect(over.response.data.message).toMatch(/secondary rate limit/);
    expect(over.response.headers['retry-after']).toBe('30');
    await mia.request(read, repo);
    now += 30_000;
    await mia.request(write, { ...repo, title: 'two' });
  });
});
