import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines } from '../command-line.ts';
import { calls, conversation } from '../scripted-team.ts';
import { runToEnd } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

test('an empty data folder: nothing to remove, and nothing is made', async () => {
  const { code, out } = await at.entropy(['gc']);
  expect(code).toBe(0);
  expect(out).toMatch(/^removed: nothing/);
  expect(existsSync(at.dataDir)).toBe(false);
});

test('a settled run: told first, then removed; its ledger still verifies', async () => {
  const asks = conversation('reader', calls(['ask_question', { question: 'Which?' }]));
  const { outcome } = await runToEnd(at, { turns: [asks] });
  const { run } = outcome;
  const young = await at.entropy(['gc', '--json']);
  expect(jsonLines(young)[0]).toMatchObject({ type: 'gc', removed: { runs: 0 } });
  const dry = await at.entropy(['gc', '--older-than', '0d', '--dry-run']);
  expect(dry.out).toMatch(/^would remove: 1 run /);
  expect(existsSync(join(at.dataDir, 'runs', run))).toBe(true);
  const [told] = jsonLines(await at.entropy(['gc', '--older-than', '0h', '--json']));
  expect(told).toMatchObject({ dryRun: false, removed: { runs: 1, mirrors: 1, ledgers: 0 } });
  expect(existsSync(join(at.dataDir, 'runs', run))).toBe(false);
  expect(await at.entropy(['audit', 'verify', run])).toMatchObject({ code: 0 });
  expect((await at.entropy(['status'])).out).toMatch(new RegExp(`^${run} .*question`));
  const again = await at.entropy(['retry', run], { ANTHROPIC_API_KEY: 'k' });
  expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/NotFound: the issue of r-/) });
}, 180_000);
