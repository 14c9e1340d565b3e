import { afterEach, expect, test } from '@jest/globals';
import { expectAtRest, expectMergedOnce } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { script, shortest, withCommand } from './fixtures/turns.ts';
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
  // A delivery is known only once it was answered, and no hook but by its deliveries.
  await playground.settled();
  const hooks = new Set((await playground.deliveries()).map(({ hookId }) => hookId));
  expect(hooks.size).toBe(world.ports.length);
  for (const hook of hooks) await playground.removeWebhook(hook);
  await world.trigger(number);
  expect((await playground.deliveries()).map(({ action }) => action)).not.toContain('labeled');
  await running(world, 'sleep 1000', 1);
  await playground.closeIssue({ repository, number, by: 'ada' });
  const run = await ended(world);
  expect(run).toMatchObject({ outcome: 'cancelled', note: 'the issue was closed' });
  await expectAtRest(world, run);
  // The issue is still labelled, and closed.
  expect(await runs()).toHaveLength(1);
});

test('what was said while no server was there is heard once it is back: an answer, and a command', async () => {
  const asks = script({
    role: 'issue-reader',
    calls: [['ask_question', { question: 'Should sum add?' }]],
  });
  world = await makeWorld();
  const { playground, repository, stores } = world;
  await playground.setCollaborator(repository, 'guest', 'triage');
  const say = (number: number, by: string, body: string) =>
    playground.comment({ repository, number, by, body }).then(({ id }) => String(id));
  const server = await world.start({ turns: asks, reconcileMinutes });
  const [asked, other] = [await world.issue(), await world.issue()];
  const heard = await say(other, 'ada', 'Nothing yet.');
  await world.trigger(asked);
  const first = await ended(world);
  expect(first.outcome).toBe('question');
  await until('a look at the comments', () => stores.cursors.get(`comments ${repository}`));
  server.child.kill('SIGTERM');
  await server.ended;
  await say(asked, 'guest', 'It should multiply.');
  const answer = await say(asked, 'ada', 'It should add.');
  await say(other, 'guest', '/entropy');
  const path = `/repos/${repository}/issues/comments/${heard}`;
  await playground.request('ada', 'PATCH', path, { body: '/entropy' });
  const command = await say(other, 'ada', '/entropy');
  await playground.settled();
  await world.start({ turns: shortest, reconcileMinutes });
  const runBy = (trigger: string) =>
    until(`a run of ${trigger}`, async () =>
      (await runs()).find((run) => run.trigger.id === trigger),
    );
  const second = await ended(world, (await runBy(answer)).id);
  // Both runs change the same line: which of them is merged is no matter here.
  expect(second).toMatchObject({ trigger: { by: 'ada' }, continues: { run: first.id } });
  const third = await ended(world, (await runBy(command)).id);
  expect(third).toMatchObject({ issue: String(other), trigger: { kind: 'comment', by: 'ada' } });
  // The deliveries come after all, and say nothing new.
  const comments = (await playground.deliveries()).filter(({ event }) => event === 'issue_comment');
  for (const { guid } of comments) await playground.redeliver(guid);
  await until(
    'an empty inbox',
    async () => (await stores.inbox.pending(1)).length === 0 || undefined,
  );
  expect(await runs()).toHaveLength(3);
});
