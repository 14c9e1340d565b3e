import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { whyUnavailable } from '../../../lib/agent/checks/why-unavailable.ts';
import { FenceStale } from '../../../lib/domain/errors.ts';
import type { CheckRun, Checks } from '../../../lib/domain/evidence.ts';
import { parsePolicy } from '../../../lib/domain/policy-file.ts';
import { postReceipt } from '../../../lib/services/publisher/post-receipt.ts';
import { announceVerdict, withdrawVerdict } from '../../../lib/services/publisher/post-review.ts';
import { tellBegun, tellStage } from '../../../lib/services/publisher/tell-progress.ts';
import { treeOf, yamlIn } from '../../agent/checks/tree-of.ts';
import { onPlayground } from './whole-run.ts';

let on: Awaited<ReturnType<typeof onPlayground>>;
beforeEach(async () => {
  on = await onPlayground();
});
afterEach(() => on.close());

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly minimized?: { readonly reason: string };
}
const comments = async () => (await on.get('/issues/1/comments')) as Comment[];
const labels = async () =>
  ((await on.get('/issues/1')) as { labels: { name: string }[] }).labels.map(({ name }) => name);

test('one comment is brought up to date from the first sign to the receipt', async () => {
  const { ports } = on;
  const run = await on.run();
  await tellBegun(ports, run);
  const [begun] = await comments();
  expect(begun?.body).toMatch(/^At work on this issue: \*\*preparing\*\* → reading → coding/);
  expect(begun?.body).toContain(`entropy cancel ${run.id}`);
  expect(await labels()).toContain('entropy: working');
  for (const [role, told] of [
    ['issue-reader', '**reading**'],
    ['coder', '**coding**'],
    ['verifier', '**verifying**'],
    ['reviewer', '**reviewing**'],
  ] as const) {
    await tellStage(ports, run, { role, round: 1 });
    expect((await comments()).map(({ body }) => body)).toEqual([expect.stringContaining(told)]);
  }
  await tellStage(ports, run, { role: 'coder', round: 2 });
  expect((await comments())[0]?.body).toContain(', round 2');
  await postReceipt(ports, run, { outcome: 'handed-over' });
  const [last, ...others] = await comments();
  expect(others).toEqual([]);
  expect(last?.id).toBe(begun?.id);
  expect(last?.body).toMatch(/is ready for a person/);
  expect(last?.body).not.toContain('At work');
  expect(await labels()).toEqual(['bug', 'entropy: handed-over']);
});

test('a step is told once, however often it is come to', async () => {
  const run = await on.run();
  await tellBegun(on.ports, run);
  await tellStage(on.ports, run, { role: 'coder', round: 1 });
  const before = on.proxy.writes.length;
  await tellBegun(on.ports, run);
  await tellStage(on.ports, run, { role: 'coder', round: 1 });
  expect(on.proxy.writes).toHaveLength(before);
});

test('the comment of an older run is folded away, what people wrote stays', async () => {
  const { playground, repository } = on;
  await playground.comment({ repository, number: 1, by: 'maria', body: 'Please hurry' });
  const run = await on.run();
  const older = { ...run, id: 'r-older' };
  const { ports, key } = on;
  await ports.claims.release(key, run.id, run.fence ?? 0, []);
  const now = Date.now();
  const taken = { key, run: older.id, now, until: now + 60_000 };
  const { fence } = await ports.claims.acquire(taken, []);
  await ports.runs.create({ ...older, status: 'running' }, []);
  await postReceipt(ports, { ...older, fence }, { outcome: 'refused' });
  await ports.claims.release(key, older.id, fence, []);
  const again = await ports.claims.acquire({ ...taken, run: run.id }, []);
  await tellBegun(ports, { ...run, fence: again.fence });
  const told = await comments();
  expect(told.map(({ minimized }) => minimized?.reason)).toEqual([
    undefined,
    'outdated',
    undefined,
  ]);
  expect(told[2]?.body).toContain('At work');
  expect(await labels()).toEqual(['bug', 'entropy: working']);
});

test('where GitHub does not take it, the stage goes on; without the claim it does not', async () => {
  const { ports, playground, key } = on;
  const run = await on.run();
  await tellBegun(ports, run);
  await playground.addFault({
    ...{ method: 'PATCH', path: '/issues/comments/', kind: 'status', status: 500, times: 9 },
  });
  await tellStage(ports, run, { role: 'coder', round: 1 });
  expect((await comments())[0]?.body).toContain('**preparing**');
  await playground.clearFaults();
  await ports.claims.release(key, run.id, run.fence ?? 0, []);
  await expect(tellStage(ports, run, { role: 'reviewer', round: 1 })).rejects.toThrow(FenceStale);
});

test('a comment that somebody deleted is made anew, and folding that is refused is let be', async () => {
  const { ports, playground } = on;
  const run = await on.run();
  const forbid = { method: 'POST', path: '/graphql', kind: 'status', status: 403 } as const;
  await playground.addFault(forbid);
  await tellBegun(ports, run);
  const gone = { method: 'PATCH', path: '/issues/comments/', kind: 'status', status: 404 } as const;
  await playground.addFault(gone);
  await tellStage(ports, run, { role: 'coder', round: 1 });
  expect((await comments()).map(({ body }) => body)).toEqual([
    expect.stringContaining('**preparing**'),
    expect.stringContaining('**coding**'),
  ]);
});

test('a report of why nothing could be checked stands there cleaned, and its lines can be copied', async () => {
  const run = await on.run();
  const tree = treeOf({ 'app/go.mod': 'module m\n', 'lib/x/go.mod': 'module m\n' });
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const said = `@maria, closes #1 ${token} <img src=x>\n<!-- never closed \u202e\n${'x\n'.repeat(4000)}`;
  const checks: Checks = { ecosystem: 'make', source: 'found', setup: [], test: 'make test' };
  const last = { command: 'make\n<!-- test @maria', exitCode: 1, signal: null, durationMs: 1 };
  const more = { timedOut: false, outputDigest: '', outputTail: said.slice(0, 800) };
  const base: CheckRun = {
    ...{ state: 'setup-failed', tests: null, commands: [{ ...last, ...more }] },
  };
  const report = await whyUnavailable(
    { tree, path: '', programs: 'machine' },
    checks,
    base,
    'set-up failed',
  );
  const error = { name: 'ChecksUnavailable', message: `setup-failed: ${report}` };
  await postReceipt(on.ports, run, { outcome: 'failed', error });
  const [{ body = '' } = {}] = await comments();
  const shown = body.replaceAll(/^> ?/gm, '');
  const lines = yamlIn(shown).map((text) => parsePolicy(text).checks.test);
  expect(lines).toEqual(['cd app && go test -count=1 ./...', 'cd lib/x && go test -count=1 ./...']);
  expect(body).not.toContain(token);
  expect(body).not.toContain('\u202e');
  expect(body.replaceAll(/^> `{3,}text\n[\s\S]*?^> `{3,}$/gm, '')).not.toMatch(/@maria|closes #1/);
  expect(body.match(/<!--/g)).toHaveLength(3);
});

test('a verdict that was announced and never came is withdrawn at the end, once', async () => {
  const { ports, base } = on;
  const run = { ...(await on.run()), commit: base };
  const checks = async () =>
    ((await on.get(`/commits/${base}/check-runs?filter=all`)) as { check_runs: object[] })
      .check_runs;
  await withdrawVerdict(ports, run, 'failed');
  expect(await checks()).toEqual([]);
  await announceVerdict(ports, run, base, 2);
  expect(await checks()).toMatchObject([{ status: 'in_progress', name: 'entropy/review' }]);
  await ports.claims.requestCancel(on.key, run.id, Date.now(), []);
  await withdrawVerdict(ports, run, 'cancelled');
  await withdrawVerdict(ports, run, 'cancelled');
  const output = { title: 'No verdict', summary: 'The run ended before it: cancelled.' };
  expect(await checks()).toMatchObject([{ status: 'completed', conclusion: 'neutral', output }]);
});
