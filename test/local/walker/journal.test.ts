import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerConflict, StorageFailed } from '../../../lib/domain/errors.ts';
import { openJournal } from '../../../lib/local/walker/journal.ts';
import { walk } from '../../../lib/local/walker/walk.ts';
import { machine, memoryJournal, named, resourcesOf, runTask, walkIt } from './walking.ts';

const end = { End: true };

describe('the file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('keeps what was recorded, for this user only', () => {
    const first = openJournal(join(folder, 'data'));
    first.begin('r-1', { digest: 'd', input: { a: 1 }, startedAt: 5 });
    first.record('r-1', 'A#1.1', { ok: false, error: 'X', cause: 'c', dueAt: 7 });
    first.close();
    const again = openJournal(join(folder, 'data'));
    expect(again.find('r-1', 'A#1.1')).toEqual({ ok: false, error: 'X', cause: 'c', dueAt: 7 });
    expect(again.find('r-2', 'A#1.1')).toBeUndefined();
    expect(again.begin('r-1', { digest: 'd', input: 'other', startedAt: 9 })).toEqual({
      input: { a: 1 },
      startedAt: 5,
    });
    again.close();
    expect(statSync(join(folder, 'data', 'journal.db')).mode & 0o077).toBe(0);
  });

  test('a folder that cannot be made is named', () => {
    expect(() => openJournal(join('/dev/null', 'data'))).toThrow(StorageFailed);
  });
});

test('a try that is recorded already was recorded by another process', () => {
  const journal = memoryJournal();
  journal.record('r-1', 'A#1.1', { ok: true, result: 1 });
  expect(() => journal.record('r-1', 'A#1.1', { ok: true, result: 2 })).toThrow(LedgerConflict);
});

test('two walks of one run at once: one of them stops', async () => {
  const journal = memoryJournal();
  const definition = machine({
    A: runTask({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' }),
    B: { Type: 'Succeed' },
  });
  const both = await Promise.allSettled([
    walkIt(definition, { runTask: () => 1 }, {}, { journal }),
    walkIt(definition, { runTask: () => 2 }, {}, { journal }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const rejected = both.find((one) => one.status === 'rejected');
  expect(rejected?.reason).toBeInstanceOf(LedgerConflict);
});

test('a run goes on with the definition and the input it was begun with', async () => {
  const journal = memoryJournal();
  const stop = new AbortController();
  const definition = machine({ A: runTask(end) });
  const first = walkIt(definition, { runTask: () => stop.abort() }, 'first', {
    journal,
    signal: stop.signal,
  });
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  const other = walkIt({ ...definition, Comment: 'changed' }, {}, 'first', { journal });
  await expect(other).rejects.toThrow(LedgerConflict);
  const echo = { runTask: (parameters: unknown) => parameters };
  const again = await walkIt(definition, echo, 'second', { journal });
  expect(again.output).toEqual({ input: 'first' });
});

test('a run that has ended gives its result again and calls nothing', async () => {
  const journal = memoryJournal();
  const failing = machine({ A: { Type: 'Fail', Error: 'X', Cause: 'why' } });
  const ended = await walkIt(failing, {}, {}, { journal });
  expect(ended).toEqual({ status: 'FAILED', error: 'X', cause: 'why' });
  expect(await walkIt(failing, {}, {}, { journal })).toEqual(ended);
});

test('tries are counted over all walks, and only the rest of a backoff is slept', async () => {
  const journal = memoryJournal();
  const Retry = [{ ErrorEquals: ['X'], IntervalSeconds: 100, BackoffRate: 1, MaxAttempts: 2 }];
  const definition = machine({ A: runTask({ Retry, ...end }) });
  const attempts: number[] = [];
  const fail = (_input: unknown, { attempt }: { attempt: number }) => {
    attempts.push(attempt);
    throw named('X', 'x');
  };
  const slept: number[] = [];
  const walkAt = (time: number, stop?: AbortController) =>
    walkIt(
      definition,
      { runTask: fail },
      {},
      {
        journal,
        now: () => time,
        sleep: async (ms) => {
          slept.push(ms);
          stop?.abort();
        },
        ...(stop && { signal: stop.signal }),
      },
    );
  await expect(walkAt(0, new AbortController())).rejects.toMatchObject({ name: 'AbortError' });
  await expect(walkAt(60_000, new AbortController())).rejects.toMatchObject({ name: 'AbortError' });
  expect(slept).toEqual([100_000, 40_000]);
  expect(attempts).toEqual([1]);
  const ended = await walkAt(100_000);
  expect(slept).toEqual([100_000, 40_000, 100_000]);
  expect(attempts).toEqual([1, 2, 3]);
  expect(ended).toMatchObject({ status: 'FAILED', error: 'X' });
});

test('a branch that had failed is replayed before anything new is begun', async () => {
  const journal = memoryJournal();
  const called: string[] = [];
  const definition = machine({
    P: {
      Type: 'Parallel',
      Branches: [
        machine({ Slow: runTask({ Parameters: { name: 'slow' }, ...end }) }),
        machine({ Bad: runTask({ Parameters: { name: 'bad' }, ...end }) }),
      ],
      Catch: [{ ErrorEquals: ['X'], Next: 'Caught' }],
      ...end,
    },
    Caught: { Type: 'Pass', OutputPath: '$.Error', ...end },
  });
  journal.record('r-1', 'P#1.1/1/Bad#1.1', { ok: false, error: 'X', cause: '' });
  const run = { runTask: ({ name }: { name: string }) => void called.push(name) };
  expect((await walkIt(definition, run, {}, { journal })).output).toBe('X');
  expect(called).toEqual([]);
  expect(journal.find('r-1', 'P#1.1')).toEqual({ ok: false, error: 'X', cause: '' });
});

test('what the journal itself cannot do is no error of a state', async () => {
  const journal = {
    ...memoryJournal(),
    record: () => {
      throw new StorageFailed('the disk is full');
    },
  };
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
  const definition = machine({ A: runTask({ Catch, Next: 'B' }), B: { Type: 'Succeed' } });
  await expect(walkIt(definition, {}, {}, { journal })).rejects.toThrow(StorageFailed);
});

test('an unknown start of a definition that was never loaded', async () => {
  const walked = walk({
    definition: { StartAt: 'A', States: {} },
    digest: 'd',
    name: 'r-1',
    input: {},
    journal: memoryJournal(),
    resources: resourcesOf({}),
    signal: new AbortController().signal,
  });
  expect(await walked).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});
