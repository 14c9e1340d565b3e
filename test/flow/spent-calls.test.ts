import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { composeDemo, type Demo } from '../../lib/local/compose-demo.ts';
import { demoIssues } from '../../lib/local/playground/demo-issues.ts';

const issues = demoIssues.filter(({ name }) => name === 'refused' || name === 'vague');
const hourMs = 3_600_000;
let dir: string;
let demo: Demo;
let said: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spent-calls-'));
  said = [];
  const config = loadConfig(
    { HOME: dir, PATH: '/usr/local/bin:/usr/bin:/bin' },
    { dataDir: join(dir, 'data') },
  );
  demo = await composeDemo(config, issues, { log: (line) => said.push(line) });
});
afterEach(async () => {
  await demo.close();
  await rm(dir, { recursive: true, force: true });
});

/** Waits for it; the test's own limit is the bound. */
async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await what())) await sleep(100);
}

test('a run that GitHub leaves no calls for stays queued, and begins once there are some', async () => {
  const [first, second] = issues;
  if (first === undefined || second === undefined) throw new Error('the demo has other issues');
  // The playground counts by the clock's hour: it must not end in between.
  if (hourMs - (Date.now() % hourMs) < 60_000) await sleep(60_000);
  const { ports } = demo.server.embedded;
  const status = async (id: string) => (await ports.runs.get(id))?.status;
  // Enough to hear of the issue: less than half is left after it.
  await demo.playground.limitCalls({ hour: 7 });
  const held = await demo.trigger(first);
  await until(() => said.some((line) => /queued runs wait until \d{4}-/.test(line)));
  expect(await status(held)).toBe('queued');
  await demo.playground.limitCalls({});
  const next = await demo.trigger(second);
  for (const id of [held, next]) await until(async () => (await status(id)) === 'settled');
  expect(await ports.runs.get(held)).toMatchObject({
    outcome: first.name === 'refused' ? 'refused' : 'question',
  });
}, 300_000);
