import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { desk, outcomeOf, program, runIn } from '../command-line.ts';
import { conversation, reads, submits } from '../scripted-team.ts';
import { runBranches } from '../sums.ts';
import { type RunStarted, startRun } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 180_000;

/** A run whose coder waits for a model that does not answer. */
async function waitingRun(argv?: readonly string[]): Promise<RunStarted> {
  const waits = conversation('coder', { ...submits, after: new Promise(() => {}) });
  const run = await startRun(at, { turns: [reads, waits], ...(argv ? { argv } : {}) });
  await run.said(/"role":"coder".*"kind":"stage.opened"/);
  while (!run.team.requests.some(({ system }) => system.includes('You are the coder'))) {
    await sleep(20);
  }
  return run;
}

async function ended(run: RunStarted) {
  const end = await run.ended;
  await run.team.close();
  const settled = { outcome: 'cancelled', error: { name: 'Cancelled' }, commit: null };
  expect(end.code).toBe(130);
  expect(outcomeOf(end)).toMatchObject(settled);
  expect(runBranches(run.repo)).toEqual([]);
  return end;
}

test(
  'a run is stopped from another process, and its command line ends with 130',
  async () => {
    const run = await waitingRun();
    const id = runIn(run.output());
    const asked = await at.entropy(['cancel', id]);
    expect(asked).toEqual({ code: 0, out: `${id} was asked to stop\n`, err: '' });
    await ended(run);
    const again = await at.entropy(['cancel', id]);
    expect(again).toEqual({ code: 0, out: `${id} has ended: cancelled\n`, err: '' });
  },
  patience,
);

test(
  'an interrupt cancels; the same key press passed on once more is not a second one',
  async () => {
    const run = await waitingRun([program]);
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    const end = await ended(run);
    expect(end.err.match(/cancelling; once more to leave the run unfinished/g)?.length).toBe(1);
  },
  patience,
);

test(
  'a run that waits for another to end says so, and can be cancelled',
  async () => {
    const [first, env] = [await waitingRun(), { ENTROPY_CAPACITY: '1' }];
    const second = await startRun(at, { turns: [], env });
    const holder = runIn(first.output());
    await second.said(new RegExp(`waits for a slot: ENTROPY_CAPACITY is 1, .* ${holder}`));
    second.child.kill('SIGINT');
    const end = await second.ended;
    await second.team.close();
    expect(end.code).toBe(130);
    expect(outcomeOf(end)).toMatchObject({ outcome: 'cancelled', usage: { turns: 0 } });
    first.child.kill('SIGINT');
    await ended(first);
  },
  patience,
);

test(
  'a run that was asked to stop, and whose process was then killed, is settled by a retry',
  async () => {
    const run = await waitingRun();
    const id = runIn(run.output());
    run.child.kill('SIGSTOP');
    const asked = await at.entropy(['cancel', id]);
    expect(asked.out).toMatch(/was asked to stop/);
    run.child.kill('SIGKILL');
    await run.ended;
    const env = { ENTROPY_LEASE_MS: '1000', ...run.team.env };
    const end = await at.entropy(['retry', id, '--json'], env);
    await run.team.close();
    expect(end.code).toBe(130);
    expect(outcomeOf(end)).toMatchObject({ run: id, outcome: 'cancelled' });
  },
  patience,
);
