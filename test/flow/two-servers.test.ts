import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { expectMergedOnce } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { withCommand } from './fixtures/turns.ts';
import { ended, makeWorld, type ServerProcess, until, type World } from './fixtures/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** Longer than a busy machine may keep a process waiting: a live walker must not lose its lease here. */
const leaseMs = 4_000;
const onlyAtFirst = 'case "$PWD" in */coder-1-1/*) setsid sleep 1000 & sleep 1000;; esac';

async function startBoth(turns?: unknown): Promise<readonly [ServerProcess, ServerProcess]> {
  const options = { leaseMs, ...(turns === undefined ? {} : { turns }) };
  const [one, two] = world.ports;
  return Promise.all([
    world.start({ ...options, port: one }),
    world.start({ ...options, port: two }),
  ]);
}

/** The server that walks the run, and the one that waits. */
async function rolesOf(servers: readonly ServerProcess[]) {
  const holder = await until('a walker', async () => {
    const [run] = await world.stores.runs.list();
    return run && (await world.stores.runners.holder(run.id, Date.now()));
  });
  const walks = ({ child }: ServerProcess) => holder.split(':')[1] === String(child.pid);
  const [walker, waiter] = [servers.find(walks), servers.find((one) => !walks(one))];
  if (walker === undefined || waiter === undefined) throw new Error(`nobody is ${holder}`);
  return { walker, waiter };
}

const lives = ({ child }: ServerProcess) => child.exitCode === null && child.signalCode === null;

test('of two servers on one data folder one walks the run, and the other lets it', async () => {
  const servers = await startBoth();
  await world.trigger(await world.issue());
  const run = await ended(world);
  expect(await world.stores.runs.list()).toHaveLength(1);
  await expectMergedOnce(world, run);
  expect(servers.every(lives)).toBe(true);
  // One attempt a stage, one walker, and nothing that one of them had to say about the other.
  const stages = await world.stores.stages.list(run.id);
  expect(stages.map(({ role, attempt }) => `${role} ${attempt}`)).toEqual([
    'issue-reader 1',
    'coder 1',
    'verifier 1',
    'reviewer 1',
  ]);
  // Nothing but what became of deliveries.
  expect(world.log().replace(/^delivery .*\n/gm, '')).toBe('');
});

test('where the walking server is killed the other ends its sandbox and goes on', async () => {
  const servers = await startBoth(withCommand(onlyAtFirst));
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 2);
  const { walker, waiter } = await rolesOf(servers);
  walker.child.kill('SIGKILL');
  await expectMergedOnce(world, await ended(world));
  expect(lives(waiter)).toBe(true);
});

test('where the walking server is stopped the other goes on at once', async () => {
  const servers = await startBoth(withCommand(onlyAtFirst));
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 2);
  const { walker, waiter } = await rolesOf(servers);
  walker.child.kill('SIGTERM');
  expect(await walker.ended).toBe('0');
  await expectMergedOnce(world, await ended(world));
  expect(lives(waiter)).toBe(true);
});
