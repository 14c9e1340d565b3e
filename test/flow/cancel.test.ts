import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Run } from '../../lib/domain/run.ts';
import { expectAtRest, published } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { coderTurn, readerTurn, script, shell, withCommand } from './fixtures/turns.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const entropy = fileURLToPath(new URL('../../bin/entropy.ts', import.meta.url));

/** `entropy cancel`, in a process of its own. */
async function cancel(id: string): Promise<string> {
  const env = { ...process.env, ENTROPY_DATA_DIR: world.dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, [entropy, 'cancel', id], { env });
  return stdout;
}

/** In the background, in a subshell, in a session of its own, as a daemon, and in the foreground. */
const stubborn = [
  "trap '' TERM HUP INT",
  'sleep 1000 &',
  '(sleep 1000 &)',
  'setsid sleep 1000 &',
  "setsid sh -c 'sleep 1000 & exit' &",
  'nohup sleep 1000 >/dev/null 2>&1 &',
  'sleep 1000',
].join('\n');

const firstRun = () => until('a run', async () => (await world.stores.runs.list()).at(-1));
const cancelled = { status: 'settled', outcome: 'cancelled' };
const nothingPublished = { pulls: 0, merged: 0, drafts: 0, commits: 0, reviews: 0, verdicts: [] };

async function expectCancelled(run: Run): Promise<void> {
  expect(run).toMatchObject(cancelled);
  expect(run.error?.name).toBe('Cancelled');
  const events = await world.stores.ledger.events(run.id);
  expect(events.map(({ kind }) => kind)).toContain('cancel.requested');
  expect(await published(world, run)).toMatchObject({
    receipts: 1,
    labels: ['entropy', 'entropy: cancelled'],
  });
  await expectAtRest(world, run);
}

test('a run cancelled while a tool runs ends with the whole tree of its processes', async () => {
  await world.start({ turns: withCommand(stubborn) });
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 6);
  expect(await cancel((await firstRun()).id)).toMatch(/was asked to stop/);
  const run = await ended(world);
  await expectCancelled(run);
  expect(await published(world, run)).toMatchObject(nothingPublished);
  expect(await cancel(run.id)).toMatch(/has ended: cancelled/);
  expect(await world.stores.runs.get(run.id)).toEqual(run);
});

test('a run cancelled while it is reviewed leaves its pull request as a draft', async () => {
  await world.start({ turns: script(readerTurn, coderTurn, shell('reviewer', 'sleep 1000')) });
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 1);
  await cancel((await firstRun()).id);
  const run = await ended(world);
  await expectCancelled(run);
  expect(await published(world, run)).toMatchObject({
    ...{ pulls: 1, merged: 0, drafts: 1, commits: 1, reviews: 0, verdicts: ['neutral'] },
  });
});

test('a run cancelled between two stages, with no server there, stops where it is', async () => {
  const dying = await world.start({ fatal: ['journal Verify#1.1'] });
  await world.trigger(await world.issue());
  await dying.ended;
  await cancel((await firstRun()).id);
  await world.start();
  const run = await ended(world);
  await expectCancelled(run);
  expect(await published(world, run)).toMatchObject(nothingPublished);
});

test('a run whose server died while a tool ran, and that is cancelled then, ends with the next', async () => {
  const dying = await world.start({ turns: withCommand(stubborn) });
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 6);
  dying.child.kill('SIGKILL');
  await dying.ended;
  await cancel((await firstRun()).id);
  await world.start();
  const run = await ended(world);
  await expectCancelled(run);
  expect(await published(world, run)).toMatchObject(nothingPublished);
});

test('a run cancelled when it is merged already ends as merged', async () => {
  const dying = await world.start({ fatal: ['journal Decide#1.1'] });
  await world.trigger(await world.issue());
  await dying.ended;
  await cancel((await firstRun()).id);
  await world.start();
  const run = await ended(world);
  expect(run).toMatchObject({ status: 'settled', outcome: 'merged' });
  await expectAtRest(world, run);
});

test('a queued run that is cancelled ends at once, and a slot that is freed goes to the next', async () => {
  await world.start({ turns: withCommand('sleep 1000'), capacity: 1 });
  await world.trigger(await world.issue());
  await running(world, 'sleep 1000', 1);
  const first = await firstRun();
  await world.trigger(await world.issue());
  await world.trigger(await world.issue());
  const [third, second] = await until('three runs', async () => {
    const runs = await world.stores.runs.list();
    return runs.length === 3 ? runs : undefined;
  });
  expect([second?.status, third?.status]).toEqual(['queued', 'queued']);
  expect(await cancel(second?.id ?? '')).toMatch(/has ended: cancelled/);
  const unstarted = await ended(world, second?.id);
  expect(unstarted).toMatchObject(cancelled);
  await expectAtRest(world, unstarted);
  await cancel(first.id);
  await expectCancelled(await ended(world, first.id));
  await running(world, 'sleep 1000', 1);
  expect(await world.stores.runs.get(third?.id ?? '')).toMatchObject({ status: 'running' });
  await cancel(third?.id ?? '');
  await expectCancelled(await ended(world, third?.id));
});
