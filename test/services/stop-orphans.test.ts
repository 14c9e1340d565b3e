import { expect, test } from '@jest/globals';
import { StorageFailed } from '../../lib/domain/errors.ts';
import type { RunStatus } from '../../lib/domain/run.ts';
import type { StageAttempt } from '../../lib/domain/stage.ts';
import { type SandboxFleet, stopOrphans } from '../../lib/services/stop-orphans.ts';
import { aRun } from '../contract/examples.ts';
import { storeMaker } from '../local/store/open-stores.ts';

const make = storeMaker();

/** A fleet of sandboxes, each for an attempt of its own whose deadline is at 100. */
async function fleetOf() {
  const stores = await make();
  const running: { id: string; attempt: StageAttempt | undefined }[] = [];
  const stopped: [string, string][] = [];
  const clock = { at: 0, now: () => clock.at };
  const fleet: SandboxFleet = {
    running: async () => running,
    stop: async (id, reason) => {
      if (id === 'stuck') throw new StorageFailed('throttled');
      stopped.push([id, reason]);
    },
  };
  const open = async (id: string, status: RunStatus = 'running') => {
    await stores.runs.create({ ...aRun(`r-${id}`), status }, []);
    const boot = { hash: `${id}-${running.length}`, at: 0, expires: 10, deadline: 100 };
    const key = { run: `r-${id}`, role: 'coder', round: 1 } as const;
    const { attempt } = await stores.stages.open(key, boot, []);
    running.push({ id, attempt: { ...key, attempt } });
    return { ...key, attempt };
  };
  const ports = { ...stores, clock };
  return { stores, running, stopped, clock, open, look: () => stopOrphans(ports, fleet) };
}

test('a sandbox that is waited for is left alone, up to its last moment', async () => {
  const { clock, look, open, stopped } = await fleetOf();
  await open('a');
  clock.at = 100;
  expect(await look()).toEqual([]);
  expect(stopped).toEqual([]);
});

test.each(['queued', 'ending', 'settled'] as const)(
  'one whose run is %s is stopped',
  async (status) => {
    const { look, open, stopped } = await fleetOf();
    await open('a', status);
    expect(await look()).toEqual([{ id: 'a', reason: 'its run is over' }]);
    expect(stopped).toEqual([['a', 'its run is over']]);
  },
);

test('one is stopped whose attempt is closed, by hand or by the next one, or late', async () => {
  const { clock, look, open, stores } = await fleetOf();
  const closed = await open('closed');
  await stores.stages.close(closed, 5, []);
  await open('again');
  await stores.stages.open({ run: 'r-again', role: 'coder', round: 1 }, bootOf('next'), []);
  await open('late');
  clock.at = 101;
  expect(await look()).toEqual([
    { id: 'closed', reason: 'its attempt is closed' },
    { id: 'again', reason: 'its attempt is closed' },
    { id: 'late', reason: "its attempt's time is over" },
  ]);
});

test('one is stopped that is of no run, no stage, or does not say', async () => {
  const { look, open, running } = await fleetOf();
  const attempt = await open('a');
  running.push(
    { id: 'no-run', attempt: { ...attempt, run: 'r-none' } },
    { id: 'no-stage', attempt: { ...attempt, attempt: 2 } },
    { id: 'mute', attempt: undefined },
  );
  expect(await look()).toEqual([
    { id: 'no-run', reason: 'its run is over' },
    { id: 'no-stage', reason: 'there is no such stage' },
    { id: 'mute', reason: 'it does not say which stage it is for' },
  ]);
});

test('one that can not be stopped keeps no other from it', async () => {
  const { look, running, stopped } = await fleetOf();
  running.push({ id: 'stuck', attempt: undefined }, { id: 'b', attempt: undefined });
  await expect(look()).rejects.toMatchObject({ name: 'StorageFailed' });
  expect(stopped).toEqual([['b', 'it does not say which stage it is for']]);
});

const bootOf = (hash: string) => ({ hash, at: 6, expires: 10, deadline: 100 });
