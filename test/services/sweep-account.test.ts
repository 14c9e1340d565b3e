import { expect, test } from '@jest/globals';
import { ConfigInvalid, StorageFailed } from '../../lib/domain/errors.ts';
import { type SweepOptions, sweepAccount } from '../../lib/services/sweep-account.ts';
import { aRun } from '../contract/examples.ts';
import { storeMaker } from '../local/store/open-stores.ts';

const make = storeMaker();

/** An account with a run whose walk can't be asked for, and a sandbox of a run that is over. */
async function account(otherwise: Partial<SweepOptions> = {}) {
  const stores = await make();
  await stores.runs.create({ ...aRun('r-stuck'), status: 'running' }, []);
  await stores.runs.create({ ...aRun('r-over'), issue: '8', status: 'settled' }, []);
  const done: string[] = [];
  const told: object[] = [];
  const attempt = { run: 'r-over', role: 'coder', round: 1, attempt: 1 } as const;
  const options: SweepOptions = {
    ports: { ...stores, clock: { now: () => 3_600_000 } },
    executions: {
      start: async () => {},
      walkOf: async () => {
        throw new StorageFailed('Step Functions is throttled');
      },
    },
    settle: async () => {},
    fleet: {
      running: async () => [{ id: 'orphan', attempt }],
      stop: async (id) => void done.push(`stopped ${id}`),
    },
    tendOutlet: async () => {
      done.push('tended');
      return 'absent';
    },
    reconcile: async () => {
      done.push('looked');
      return 3;
    },
    log: (line) => void told.push(line),
    ...otherwise,
  };
  return { done, told, sweep: () => sweepAccount(options) };
}

test('a run that can not be looked after keeps nothing else from being done, and is thrown in the end', async () => {
  const { done, told, sweep } = await account();
  await expect(sweep()).rejects.toThrow('Step Functions is throttled');
  expect(done).toEqual(['tended', 'stopped orphan', 'looked']);
  expect(told).toEqual([
    { part: 'runs', fault: 'StorageFailed: Step Functions is throttled' },
    {
      orphans: [{ id: 'orphan', reason: 'its run is over' }],
      ...{ outlet: 'absent', looked: 3 },
    },
  ]);
});

test('whatever fails, the rest is done; each fault is told and the first one thrown', async () => {
  const fails = async () => {
    throw new ConfigInvalid('no right to it');
  };
  const { done, told, sweep } = await account({
    ...{ tendOutlet: fails, fleet: { running: fails, stop: fails } },
  });
  await expect(sweep()).rejects.toThrow(ConfigInvalid);
  expect(done).toEqual(['looked']);
  expect(told.slice(0, 3)).toMatchObject([
    { part: 'outlet' },
    { part: 'runs' },
    { part: 'orphans' },
  ]);
});

test('where all goes well it is told what it came to', async () => {
  const executions = { start: async () => {}, walkOf: async () => ({ state: 'walking' }) as const };
  const { told, sweep } = await account({ executions });
  await sweep();
  expect(told).toMatchObject([{ walking: 1, started: [], settled: [], outlet: 'absent' }]);
});
