import { afterEach, expect, test } from '@jest/globals';
import { expectAtRest, expectMergedOnce } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { withCommand } from './fixtures/turns.ts';
import { ended, label, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

/** Every one and a half seconds. */
const reconcileMinutes = 1.5 / 60;
const runs = () => world.stores.runs.list();

test('a label that nobody told of is found at the start, and is the run that its delivery asks for', async () => {
  world = await makeWorld();
  const { playground, repository } = world;
  await playground.setCollaborator(repository, 'guest', 'triage');
  const [number, unfit] = [await world.issue(), await world.issue()];
  await world.trigger(number);
  await playground.label({ repository, number: unfit, by: 'guest', label });
  await playground.settled();
  const labelled = (await playground.deliveries()).filter(({ action }) => action === 'labeled');
  // No server was there.
  expect(labelled.every(({ statusCode }) => statusCode === 0)).toBe(true);
  await world.start({ reconcileMinutes });
  const run = await ended(world);
  expect(run).toMatchObject({ issue: String(number), trigger: { kind: 'label', by: 'ada' } });
  await expectMergedOnce(world, run);
  for (const { guid } of labelled) await playground.redeliver(guid);
  const drained = async () => (await world.stores.inbox.pending(1)).length === 0 || undefined;
  await until('an empty inbox', drained);
  expect(await runs()).toHaveLength(1);
  expect(world.log()).toMatch(`found without a delivery: ${repository}#${number}: run ${run.id}`);
});

test('what happens while deliveries are lost is found soon: a label, and the end of an issue', async () => {
  world = await makeWorld();
  const { playground, repository } = world;
  await world.start({ turns: withCommand('sleep 1000'), reconcileMinutes });
  const number = await world.issue();
  for (const { hookId } of await playground.deliveries()) await playground.removeWebhook(hookId);
  await world.trigger(number);
  await running(world, 'sleep 1000', 1);
  await playground.closeIssue({ repository, number, by: 'ada' });
  const run = await ended(world);
  expect(run).toMatchObject({ outcome: 'cancelled', note: 'the issue was closed' });
  await expectAtRest(world, run);
  // The issue is still labelled, and closed.
  expect(await runs()).toHaveLength(1);
});
