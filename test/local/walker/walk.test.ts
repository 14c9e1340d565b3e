import { describe, expect, test } from '@jest/globals';
import type { HandlerContext, Transition } from '../../../lib/local/walker/scope.ts';
import { invoke, machine, memoryJournal, named, runTask, walkIt } from './walking.ts';

const end = { End: true };
const caught = { Type: 'Pass', ...end };
const catchAll = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];

describe('what a handler is told', () => {
  test('key of the visit, number of the try, and a signal', async () => {
    const seen: unknown[] = [];
    const definition = machine({
      P: {
        Type: 'Parallel',
        Branches: [
          machine({
            A: invoke('f', { Retry: [{ ErrorEquals: ['X'] }], ResultPath: null, Next: 'More' }),
            More: {
              Type: 'Choice',
              Choices: [{ Variable: '$.once', IsPresent: true, Next: 'Done' }],
              Default: 'Once',
            },
            Once: { Type: 'Pass', Result: true, ResultPath: '$.once', Next: 'A' },
            Done: { Type: 'Succeed' },
          }),
        ],
        ...end,
      },
    });
    const f = (_payload: unknown, { key, attempt, signal }: HandlerContext) => {
      seen.push([key, attempt, signal.aborted]);
      if (seen.length === 1) throw named('X', 'once');
    };
    await walkIt(definition, { f });
    expect(seen).toEqual([
      ['r-1/P#1.1/0/A#1', 1, false],
      ['r-1/P#1.1/0/A#1', 2, false],
      ['r-1/P#1.1/0/A#2', 1, false],
    ]);
  });

  test('its result is what JSON carries', async () => {
    const when = new Date(0);
    const f = () => ({ when, gone: undefined });
    const ended = await walkIt(machine({ A: invoke('f', end) }), { f });
    expect(ended.output).toEqual({ Payload: { when: when.toJSON() }, StatusCode: 200 });
    const empty = await walkIt(machine({ A: invoke('f', end) }), { f: () => undefined });
    expect(empty.output).toEqual({ Payload: null, StatusCode: 200 });
  });
});

describe('what a handler throws', () => {
  const definition = machine({ A: runTask({ Catch: catchAll, ...end }), Caught: caught });
  const outputOf = async (thrown: unknown) => {
    const runTask = () => {
      throw thrown;
    };
    return (await walkIt(definition, { runTask })).output as { Error: string; Cause: string };
  };

  test('an error: its name, its message, no stack', async () => {
    const { Error: name, Cause } = await outputOf(named('ForgeFailed', 'GitHub said no'));
    expect(name).toBe('ForgeFailed');
    expect(JSON.parse(Cause)).toEqual({ errorType: 'ForgeFailed', errorMessage: 'GitHub said no' });
  });

  test.each([['text'], [undefined], [{ name: 7 }]])('something else: %j', async (thrown) => {
    expect((await outputOf(thrown)).Error).toBe('Error');
  });

  test('an endless message is cut', async () => {
    const { Cause } = await outputOf(named('X', 'm'.repeat(400_000)));
    expect(JSON.parse(Cause).errorMessage).toHaveLength(8_000);
  });
});

describe('time limit of a Task', () => {
  test('the signal is aborted, and the next try waits until the handler has ended', async () => {
    let alive = 0;
    let most = 0;
    const hanging = async (_input: unknown, { signal, attempt }: HandlerContext) => {
      alive += 1;
      most = Math.max(most, alive);
      if (attempt === 1) await new Promise((stop) => signal.addEventListener('abort', stop));
      await new Promise((soon) => setTimeout(soon, 20));
      alive -= 1;
      return attempt;
    };
    const retry = { Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] };
    const definition = machine({ A: runTask({ TimeoutSeconds: 1, ...retry, ...end }) });
    expect(await walkIt(definition, { runTask: hanging })).toEqual({
      status: 'SUCCEEDED',
      output: 2,
    });
    expect(most).toBe(1);
  });

  test('a handler that never ends is waited for no longer than the grace period', async () => {
    const definition = machine({ A: runTask({ TimeoutSeconds: 1, ...end }) });
    const never = () => new Promise(() => {});
    const ended = await walkIt(definition, { runTask: never }, {}, { graceMs: 10 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

test('time limit of the whole run, from its first start', async () => {
  const journal = memoryJournal();
  const definition = {
    ...machine({ A: runTask({ Catch: catchAll, Next: 'B' }), B: runTask(end), Caught: caught }),
    TimeoutSeconds: 60,
  };
  const stop = new AbortController();
  const calls: string[] = [];
  const runTaskOnce = () => {
    calls.push('run');
    if (calls.length === 2) stop.abort();
  };
  const options = { journal, graceMs: 10 };
  const first = walkIt(
    definition,
    { runTask: runTaskOnce },
    {},
    { ...options, signal: stop.signal },
  );
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  const now = () => Date.now() + 61_000;
  const second = await walkIt(definition, { runTask: runTaskOnce }, {}, { ...options, now });
  expect(second).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(calls).toHaveLength(2);
});

describe('abort', () => {
  test('stops at once, tells the handler, journals nothing of the try', async () => {
    const journal = memoryJournal();
    const stop = new AbortController();
    const seen: boolean[] = [];
    const never = (_input: unknown, { signal }: HandlerContext) => {
      signal.addEventListener('abort', () => seen.push(signal.aborted));
      setImmediate(() => stop.abort(new Error('going down')));
      return new Promise(() => {});
    };
    const definition = machine({ A: runTask({ Catch: catchAll, ...end }), Caught: caught });
    const options = { journal, signal: stop.signal };
    const walked = walkIt(definition, { runTask: never }, {}, options);
    await expect(walked).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([true]);
    expect(journal.find('r-1', 'A#1.1')).toBeUndefined();
    const again = await walkIt(definition, { runTask: () => 'done' }, {}, { journal });
    expect(again).toEqual({ status: 'SUCCEEDED', output: 'done' });
  });

  test('stops between tries', async () => {
    const stop = new AbortController();
    const definition = machine({ A: runTask({ Retry: [{ ErrorEquals: ['X'] }], ...end }) });
    const fail = () => {
      setImmediate(() => stop.abort());
      throw named('X', 'x');
    };
    const options = { signal: stop.signal, sleep: undefined as never };
    const walked = walkIt(definition, { runTask: fail }, {}, options);
    await expect(walked).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a signal that is aborted already: no handler is called', async () => {
    const walked = walkIt(machine({ A: runTask(end) }), {}, {}, { signal: AbortSignal.abort() });
    await expect(walked).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a branch that fails ends its siblings before the Parallel is caught', async () => {
  const events: string[] = [];
  const definition = machine({
    P: {
      Type: 'Parallel',
      Branches: [
        machine({ Slow: invoke('slow', { Next: 'After' }), After: invoke('after', end) }),
        machine({ Bad: invoke('bad', end) }),
      ],
      Catch: catchAll,
      ...end,
    },
    Caught: invoke('caught', end),
  });
  await walkIt(definition, {
    slow: async (_input, { signal }) => {
      await new Promise((stop) => signal.addEventListener('abort', stop));
      await new Promise((soon) => setTimeout(soon, 20));
      events.push('slow ended');
    },
    bad: () => {
      throw named('X', 'x');
    },
    after: () => void events.push('after'),
    caught: ({ Error: error }: { Error: string }) => void events.push(`caught ${error}`),
  });
  expect(events).toEqual(['slow ended', 'caught X']);
});

test('Map works on no more items at once than it may', async () => {
  let alive = 0;
  let most = 0;
  const definition = machine({
    M: { Type: 'Map', MaxConcurrency: 2, ItemProcessor: machine({ A: runTask(end) }), ...end },
  });
  const count = async () => {
    most = Math.max(most, ++alive);
    await new Promise((soon) => setTimeout(soon, 5));
    alive -= 1;
  };
  await walkIt(definition, { runTask: count }, [1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

describe('limits', () => {
  const big = 'x'.repeat(262_143);
  const rule = (name: string) => [{ ErrorEquals: [name], ResultPath: null, Next: 'Caught' }];

  test('a result that is too large can be caught by its own name only', async () => {
    const one = (name: string) =>
      machine({ A: runTask({ Catch: rule(name), ...end }), Caught: caught });
    const run = { runTask: () => big };
    const all = await walkIt(one('States.ALL'), run);
    expect(all.error).toBe('States.DataLimitExceeded');
    const named = await walkIt(one('States.DataLimitExceeded'), run);
    expect(named.status).toBe('SUCCEEDED');
  });

  test('the limit counts bytes, and binds input and state output, too', async () => {
    const keep = machine({ A: { Type: 'Pass', ResultPath: '$.copy', ...end } });
    expect((await walkIt(keep, {}, { a: 'ü'.repeat(131_072) })).error).toMatch(/DataLimit/);
    expect((await walkIt(keep, {}, { a: 'x'.repeat(131_072) })).error).toMatch(/DataLimit/);
    expect((await walkIt(keep, {}, { a: 'x'.repeat(131_000) })).status).toBe('SUCCEEDED');
  });

  test('a loop that never ends is ended', async () => {
    const ended = await walkIt(
      machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

test('transitions are told in order', async () => {
  const told: Transition[] = [];
  const definition = machine({
    A: runTask({ Retry: [{ ErrorEquals: ['X'], MaxAttempts: 1 }], Catch: catchAll, ...end }),
    Caught: caught,
  });
  const fail = () => {
    throw named('X', 'x');
  };
  await walkIt(definition, { runTask: fail }, {}, { onTransition: (one) => told.push(one) });
  expect(told.map(({ phase, path, error }) => [phase, path, error])).toEqual([
    ['entered', 'A#1', undefined],
    ['retried', 'A#1.1', 'X'],
    ['caught', 'A#1', 'X'],
    ['entered', 'Caught#1', undefined],
  ]);
});
