import { describe, expect, test } from '@jest/globals';
import { claimLeaseMs } from '../../lib/domain/claim.ts';
import { StorageFailed } from '../../lib/domain/errors.ts';
import { slotLeaseMs, slotPool } from '../../lib/domain/lease.ts';
import { issueKeyOf, type Run, type RunStatus } from '../../lib/domain/run.ts';
import { conclude, type LifecycleState } from '../../lib/services/lifecycle/conclude.ts';
import { sealRun } from '../../lib/services/lifecycle/seal-run.ts';
import { type Walk, watchRuns } from '../../lib/services/watch-runs.ts';
import { aRun, event } from '../contract/examples.ts';
import { storeMaker } from '../local/store/open-stores.ts';

const make = storeMaker();
const start = 1_700_000_000_000;
const because = { evidence: '', review: '' };

/** Runs that are walked elsewhere: the walks of a test, absent where it names none. */
async function watch() {
  const stores = await make();
  const walks = new Map<string, Walk>();
  const begun: string[] = [];
  const settled: [string, LifecycleState][] = [];
  const clock = { at: start, now: () => clock.at };
  const ports = { ...stores, clock };
  /** A run that holds its claim and a slot, each by a lease that starts now. */
  const add = async (id: string, status: RunStatus = 'running'): Promise<Run> => {
    const run = { ...aRun(id, start), issue: id };
    const key = issueKeyOf(run.repository, run.issue);
    const now = clock.now();
    await stores.slots.take(slotPool, id, now, now + slotLeaseMs, 9);
    const asked = { key, run: id, now, until: now + claimLeaseMs };
    const { fence } = await stores.claims.acquire(asked, []);
    return (await stores.runs.create({ ...run, status, startedAt: now, fence }, [])).run;
  };
  return {
    ...{ stores, ports, walks, begun, settled, clock, add },
    claimOf: (run: Run) => stores.claims.get(issueKeyOf(run.repository, run.issue)),
    cancel: (run: Run) =>
      stores.claims.requestCancel(issueKeyOf(run.repository, run.issue), run.id, clock.at, []),
    holders: () => stores.slots.holders(slotPool, clock.at),
    look: () =>
      watchRuns({
        ports,
        executions: {
          start: async ({ id }) => void begun.push(id),
          walkOf: async ({ id }) => walks.get(id) ?? { state: 'absent' },
        },
        settle: async (run, state) => void settled.push([run, state]),
      }),
  };
}

describe('a run that is walked', () => {
  test('keeps claim and slot for as long as it takes', async () => {
    const { add, claimOf, clock, holders, look, walks } = await watch();
    const run = await add('r-1');
    walks.set('r-1', { state: 'walking' });
    for (let looked = 0; looked < 5; looked += 1) {
      clock.at += 60_000;
      expect(await look()).toEqual({ walking: 1, started: [], settled: [] });
      expect((await claimOf(run))?.leaseUntil).toBe(clock.at + claimLeaseMs);
    }
    clock.at += slotLeaseMs;
    expect(await holders()).toEqual(['r-1']);
  });

  test('keeps its slot when it was asked to stop', async () => {
    const { add, cancel, claimOf, clock, holders, look, walks } = await watch();
    const run = await add('r-1');
    walks.set('r-1', { state: 'walking' });
    await cancel(run);
    clock.at += 60_000;
    expect(await look()).toMatchObject({ walking: 1, settled: [] });
    expect((await claimOf(run))?.leaseUntil).toBe(start + claimLeaseMs);
    clock.at += slotLeaseMs;
    expect(await holders()).toEqual(['r-1']);
  });

  test('takes its slot again where nobody looked in time, whoever else has one by now', async () => {
    const { add, claimOf, clock, holders, look, walks } = await watch();
    const run = await add('r-1');
    walks.set('r-1', { state: 'walking' });
    clock.at += 2 * slotLeaseMs;
    await add('r-2', 'queued');
    expect(await holders()).toEqual(['r-2']);
    await look();
    expect([...(await holders())].sort()).toEqual(['r-1', 'r-2']);
    expect((await claimOf(run))?.leaseUntil).toBe(clock.at + claimLeaseMs);
  });

  test('that ends under the look keeps no slot', async () => {
    const { add, holders, ports, stores } = await watch();
    await add('r-1');
    const walkOf = async ({ id }: { id: string }): Promise<Walk> => {
      await stores.runs.update(id, ['running'], { status: 'ending' }, []);
      await stores.slots.release(slotPool, id);
      return { state: 'walking' };
    };
    const executions = { walkOf, start: async () => {} };
    await watchRuns({ ports, executions, settle: async () => {} });
    expect(await holders()).toEqual([]);
  });

  test('takes back nothing that it gave, or that another has', async () => {
    const { add, claimOf, clock, holders, look, stores, walks } = await watch();
    const run = await add('r-1', 'ending');
    walks.set('r-1', { state: 'walking' });
    const key = issueKeyOf(run.repository, run.issue);
    await stores.claims.release(key, 'r-1', run.fence ?? 0, []);
    await stores.slots.release(slotPool, 'r-1');
    const taken = { key, run: 'r-2', now: clock.at, until: clock.at + claimLeaseMs };
    await stores.claims.acquire(taken, []);
    clock.at += 1_000;
    expect(await look()).toMatchObject({ walking: 1 });
    expect(await holders()).toEqual([]);
    expect(await claimOf(run)).toMatchObject({ owner: 'r-2', leaseUntil: start + claimLeaseMs });
  });
});

describe('a run that nobody walks', () => {
  test('is left for a minute, then started', async () => {
    const { add, begun, clock, look, settled } = await watch();
    await add('r-1');
    clock.at += 59_999;
    expect(await look()).toEqual({ walking: 0, started: [], settled: [] });
    clock.at += 1;
    expect(await look()).toEqual({ walking: 0, started: ['r-1'], settled: [] });
    expect(begun).toEqual(['r-1']);
    expect(settled).toEqual([]);
  });

  test('is not looked for before it has a slot, nor when it is over', async () => {
    const { add, begun, clock, look } = await watch();
    await add('r-1', 'queued');
    await add('r-2', 'settled');
    clock.at += 3_600_000;
    expect(await look()).toEqual({ walking: 0, started: [], settled: [] });
    expect(begun).toEqual([]);
  });
});

test('one that can not be looked after keeps no other from it', async () => {
  const { add, clock, holders, ports } = await watch();
  await add('r-1');
  clock.at += 1;
  await add('r-2');
  clock.at += 60_000;
  const lost = watchRuns({
    ports,
    executions: {
      start: async () => {},
      walkOf: async ({ id }) => {
        if (id === 'r-2') throw new StorageFailed('throttled');
        return { state: 'walking' };
      },
    },
    settle: async () => {},
  });
  await expect(lost).rejects.toMatchObject({ name: 'StorageFailed' });
  clock.at += slotLeaseMs;
  expect(await holders()).toEqual(['r-1']);
});

test('one whose settling hangs holds up none of the others', async () => {
  const { add, clock, ports } = await watch();
  for (let n = 0; n < 10; n += 1) await add(`r-${n}`);
  clock.at += 1;
  let first: string | undefined;
  const settled: string[] = [];
  // It answers once all others are done: where they wait for it, never.
  let letGo = () => {};
  const hangs = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const looked = await watchRuns({
    ports,
    executions: { start: async () => {}, walkOf: async () => ({ state: 'ended' }) },
    settle: async (run) => {
      first ??= run;
      if (run === first) await hangs;
      settled.push(run);
      if (settled.length === 9) letGo();
    },
  });
  expect(settled.at(-1)).toBe(first);
  expect(looked.settled).toHaveLength(10);
}, 30_000);

describe('a run whose walk ended otherwise', () => {
  test.each([
    ['States.Timeout', 'StageTimedOut', 'the execution is TIMED_OUT'],
    ['Cancelled', 'Cancelled', 'the execution is ABORTED'],
    ['Unsettled', 'StageLost', 'the run ended but could not be settled'],
    ['ModelFailed', 'ModelFailed', 'no credit'],
  ])('by %s is settled as %s', async (error, name, cause) => {
    const { add, look, settled, walks } = await watch();
    await add('r-1');
    walks.set('r-1', { state: 'ended', error, cause });
    expect(await look()).toEqual({ walking: 0, started: [], settled: ['r-1'] });
    expect(settled).toEqual([['r-1', { error: { Error: error, Cause: cause } }]]);
    const [[, state] = ['', {}]] = settled;
    expect(conclude(state, because)).toMatchObject({
      outcome: name === 'Cancelled' ? 'cancelled' : 'failed',
      error: { name, message: expect.stringContaining(cause) },
    });
  });

  test('though it says nothing is settled as lost', async () => {
    const { add, look, settled, walks } = await watch();
    await add('r-1');
    walks.set('r-1', { state: 'ended' });
    await look();
    const error = { Error: 'StageLost', Cause: 'nobody walks this run' };
    expect(settled).toEqual([['r-1', { error }]]);
  });

  test('after it was asked to stop is cancelled, whatever ended it', async () => {
    const { add, cancel, look, settled, walks } = await watch();
    await cancel(await add('r-1'));
    walks.set('r-1', { state: 'ended', error: 'States.Timeout', cause: 'late' });
    await look();
    const error = { Error: 'Cancelled', Cause: 'late' };
    expect(settled).toEqual([['r-1', { error }]]);
  });

  test.each<Walk>([{ state: 'ended' }, { state: 'absent' }])(
    'and that has told its end is sealed as it is: %j',
    async (walk) => {
      const { add, holders, ports, stores, walks } = await watch();
      await add('r-1', 'ending');
      const told = { outcome: 'question', settledAt: start } as const;
      await stores.runs.update('r-1', ['ending'], told, [event('run.settled')]);
      walks.set('r-1', walk);
      const looked = await watchRuns({
        ports,
        executions: { start: async () => {}, walkOf: async ({ id }) => walks.get(id) ?? walk },
        settle: async (run) => {
          const found = await stores.runs.get(run);
          if (found !== undefined) await sealRun(ports, found);
        },
      });
      expect(looked).toEqual({ walking: 0, started: [], settled: ['r-1'] });
      expect(await stores.runs.get('r-1')).toMatchObject({
        status: 'settled',
        outcome: 'question',
      });
      expect(await holders()).toEqual([]);
    },
  );
});
