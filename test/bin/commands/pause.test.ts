import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines, outcomeOf } from '../command-line.ts';
import { conversation, reads, submits } from '../scripted-team.ts';
import { runBranches } from '../sums.ts';
import { startRun } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 180_000;

test('nothing was paused: resume says so', async () => {
  expect(await at.entropy(['resume'])).toEqual({ code: 0, out: 'nothing was paused\n', err: '' });
});

test(
  'a pause stops what runs, lets nothing start, and keeps what is queued',
  async () => {
    const waits = conversation('coder', { ...submits, after: new Promise(() => {}) });
    const run = await startRun(at, { turns: [reads, waits] });
    while (!run.team.requests.some(({ system }) => system.includes('You are the coder'))) {
      await sleep(20);
    }
    const paused = await at.entropy(['pause', '--reason', 'the bill']);
    expect(paused).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^all work is paused by .*: the bill\n$/),
    });
    const end = await run.ended;
    await run.team.close();
    expect(end.code).toBe(130);
    expect(outcomeOf(end)).toMatchObject({
      outcome: 'cancelled',
      error: { name: 'Cancelled', message: expect.stringMatching(/paused by .*: the bill$/) },
      commit: null,
    });
    expect(runBranches(run.repo)).toEqual([]);

    const asks = conversation('reader', {
      content: [{ type: 'tool_use', name: 'ask_question', input: { question: 'Why?' } }],
    });
    const second = await startRun(at, { turns: [asks], repo: run.repo });
    await second.said(/waits for "entropy resume": all work is paused by .*: the bill/);
    const [shown, ...runs] = jsonLines(await at.entropy(['status', '--json']));
    expect(shown).toMatchObject({ type: 'pause', reason: 'the bill' });
    expect(runs.map(({ status }) => status)).toEqual(['queued', 'settled']);
    expect((await at.entropy(['status'])).out).toMatch(/^all work is paused by .*: the bill\n/);
    expect(second.team.requests).toEqual([]);

    expect(await at.entropy(['resume'])).toMatchObject({ code: 0, out: 'work goes on\n' });
    expect(await second.ended).toMatchObject({ code: 3 });
    await second.team.close();
    expect((await at.entropy(['status'])).out).not.toMatch(/paused/);
  },
  patience,
);
