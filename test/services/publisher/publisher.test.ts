import { describe, expect, test } from '@jest/globals';
import { branchOf } from '../../../lib/domain/run.ts';
import { onPlayground, wholeRun } from './whole-run.ts';

type On = Awaited<ReturnType<typeof onPlayground>>;

/** What must be there in the end, however the run was hurt. */
async function expectOnce(on: On) {
  const { get, ports, run } = on;
  const branch = branchOf(await run());
  const pulls = (await get('/pulls?state=all')) as { number: number; merge_commit_sha: string }[];
  expect(pulls).toHaveLength(1);
  expect(pulls[0]).toMatchObject({ draft: false, state: 'closed', head: { ref: branch } });
  const number = pulls[0]?.number;
  expect(await get(`/pulls/${number}`)).toMatchObject({ merged: true, commits: 2 });
  const reviews = (await get(`/pulls/${number}/reviews`)) as { body: string }[];
  expect(reviews.map(({ body }) => body.slice(0, 12))).toEqual(['**Changes re', '**Approved**']);
  expect(await get(`/commits/${(await run()).commit}/check-runs?filter=all`)).toMatchObject({
    check_runs: [{ name: 'entropy/review', conclusion: 'success' }],
  });
  const comments = (await get('/issues/1/comments')) as { body: string }[];
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toMatch(/^Done: #2 is merged\./);
  const issue = (await get('/issues/1')) as { labels: { name: string }[]; state: string };
  expect(issue.labels.map(({ name }) => name)).toContain('entropy: merged');
  expect(issue.state).toBe('closed');
  const merges = (await on.playground.request('maria', 'GET', `/repos/octo/calc/branches/main`))
    .body as { commit: { sha: string } };
  expect(merges.commit.sha).toBe(pulls[0]?.merge_commit_sha);
  const effects = await ports.effects.list((await run()).id);
  expect(effects.every(({ receipt }) => receipt !== undefined)).toBe(true);
  const done = (await ports.ledger.events((await run()).id)).filter(
    ({ kind }) => kind === 'effect.done',
  );
  expect(done.map(({ data }) => data?.key)).toEqual(effects.map(({ key }) => key));
  return effects;
}

async function withRun<T>(work: (on: On) => Promise<T>): Promise<T> {
  const on = await onPlayground();
  try {
    return await work(on);
  } finally {
    await on.close();
  }
}

const keys = [
  'commit/1',
  'pull-request/open',
  'review/1',
  'check-run/1',
  'commit/2',
  'pull-request/text-2',
  'review/2',
  'check-run/2',
  'ready/1',
  'merge/1',
  'comment/status',
  'comment/fold',
  'label/outcome',
];

describe('two rounds, merged and told, with everything once', () => {
  test('unharmed', () =>
    withRun(async (on) => {
      await wholeRun(on);
      const effects = await expectOnce(on);
      expect(effects.map(({ key }) => key.replace(/^[^/]*\//, ''))).toEqual(keys);
    }));

  test('dying between each effect and its receipt', () =>
    withRun(async (on) => {
      expect(await wholeRun(on, { crashes: true })).toEqual({ crashes: keys.length });
      await expectOnce(on);
    }));

  test('with the answer to each write lost', () =>
    withRun(async (on) => {
      await wholeRun(on, { losses: true });
      expect(on.proxy.lost()).toBeGreaterThan(keys.length);
      await expectOnce(on);
    }));

  test('with both at once', () =>
    withRun(async (on) => {
      await wholeRun(on, { crashes: true, losses: true });
      await expectOnce(on);
    }));
});
