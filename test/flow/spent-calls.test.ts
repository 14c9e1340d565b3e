import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { composeDemo, type Demo } from '../../lib/local/compose-demo.ts';
import { demoIssues } from '../../lib/local/playground/demo-issues.ts';
import { type Desk, desk, jsonLines } from '../bin/command-line.ts';

const issues = demoIssues.filter(({ name }) => name === 'refused' || name === 'vague');
const hourMs = 3_600_000;
let at: Desk;
let demo: Demo;
let said: string[];

beforeEach(async () => {
  at = desk();
  said = [];
  const config = loadConfig(
    { HOME: at.home, PATH: '/usr/local/bin:/usr/bin:/bin' },
    { dataDir: at.dataDir },
  );
  demo = await composeDemo(config, issues, { log: (line) => said.push(line) });
});
afterEach(async () => {
  await demo.close();
  at.remove();
});

/** Waits for it; the test's own limit is the bound. */
async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await what())) await sleep(100);
}

test('a run that GitHub leaves no calls for stays queued, and begins once there are some', async () => {
  const [first, second] = issues;
  if (first === undefined || second === undefined) throw new Error('the demo has other issues');
  // The playground counts by the clock's hour: it must not end in between.
  const left = hourMs - (Date.now() % hourMs);
  if (left < 180_000) await sleep(left + 1000);
  const { ports } = demo.server.embedded;
  const status = async (id: string) => (await ports.runs.get(id))?.status;
  // Enough to hear of the issue: less than half is left after it.
  await demo.playground.limitCalls({ hour: 7 });
  const held = await demo.trigger(first);
  await until(() => said.some((line) => /queued runs wait until \d{4}-/.test(line)));
  expect(await status(held)).toBe('queued');
  // In milliseconds since the epoch; GitHub's hour ends within one, and a second is for clocks that differ.
  const { heldUntil = 0 } = (await ports.runs.get(held)) ?? {};
  expect(heldUntil).toBeGreaterThan(Date.now());
  expect(heldUntil).toBeLessThanOrEqual(Date.now() + hourMs + 1000);
  const when = new Date(heldUntil).toISOString().slice(0, 19);
  const shown = await at.entropy(['status']);
  expect(shown.out).toContain(`#1  held back until ${when}Z: few of GitHub's calls are left`);
  const [line] = jsonLines(await at.entropy(['status', held, '--json']));
  expect(line).toMatchObject({ type: 'run', id: held, status: 'queued', heldUntil });
  await demo.playground.limitCalls({});
  const next = await demo.trigger(second);
  for (const id of [held, next]) await until(async () => (await status(id)) === 'settled');
  expect((await at.entropy(['status'])).out).not.toContain('held back');
  expect(await ports.runs.get(held)).toMatchObject({
    outcome: first.name === 'refused' ? 'refused' : 'question',
  });
}, 600_000);
