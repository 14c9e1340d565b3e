import { afterEach, expect, test } from '@jest/globals';
import { expectAtRest, expectMergedOnce, published } from './fixtures/ending.ts';
import { gateIn } from './fixtures/gate.ts';
import { running } from './fixtures/sandboxes.ts';
import { shortest, withCommand } from './fixtures/turns.ts';
import { ended, label, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

async function relabel(number: number): Promise<void> {
  const { playground, repository } = world;
  await playground.unlabel({ repository, number, by: 'ada', label });
  await world.trigger(number);
}

const rules = (line: string) => `version: 1\nmerge: merge-when-approved\n${line}\n`;

/** Waits until the inbox has nothing to be decided any more. */
const drained = () =>
  until('an empty inbox', async () => {
    return (await world.stores.inbox.pending(1)).length === 0 || undefined;
  });

test('a delivery that comes again, during the run and after it, starts nothing', async () => {
  world = await makeWorld();
  const gate = gateIn(world);
  await world.start({ turns: withCommand(gate.command) });
  await world.trigger(await world.issue());
  await gate.reached();
  const deliveries = await world.playground.deliveries();
  const delivery = deliveries.find((one) => one.action === 'labeled' && one.statusCode === 202);
  const again = () => world.playground.redeliver(delivery?.guid ?? '');
  expect((await again()).response).toMatch(/seen before/);
  gate.open();
  const run = await ended(world);
  expect((await again()).response).toMatch(/seen before/);
  await drained();
  expect(await world.stores.runs.list()).toHaveLength(1);
  await expectMergedOnce(world, run);
});

test('another trigger during a run is turned away, and told which run is at it', async () => {
  world = await makeWorld({ files: { '.entropy.yml': rules('trigger: { assignee: robin }') } });
  await world.start({ turns: withCommand('sleep 1000') });
  const number = await world.issue();
  await world.trigger(number);
  await running(world, 'sleep 1000', 1);
  const [first] = await world.stores.runs.list();
  const { playground, repository } = world;
  await playground.assign({ repository, number, by: 'ada', assignee: 'robin' });
  const second = await until('a second run that has ended', async () => {
    const runs = await world.stores.runs.list({ status: ['settled'] });
    return runs.find(({ id }) => id !== first?.id);
  });
  expect(second).toMatchObject({
    outcome: 'cancelled',
    error: { name: 'ClaimHeld' },
    note: expect.stringContaining(first?.id ?? 'none'),
  });
  const events = await world.stores.ledger.events(second.id);
  expect(events.map(({ kind }) => kind)).toEqual(['run.queued', 'run.settled']);
  // The first goes on as if nothing had been.
  expect(await world.stores.runs.get(first?.id ?? '')).toMatchObject({ status: 'running' });
  expect(await world.stores.slots.holders('runs', Date.now())).toEqual([first?.id]);
});

test('the label set again after a merge starts nothing: the issue is closed', async () => {
  world = await makeWorld();
  await world.start();
  const number = await world.issue();
  await world.trigger(number);
  const run = await ended(world);
  await relabel(number);
  await drained();
  expect(await world.stores.runs.list()).toHaveLength(1);
  await expectMergedOnce(world, run);
});

test('the label set again while the pull request waits for a person is a run that names it', async () => {
  world = await makeWorld({ files: { '.entropy.yml': 'version: 1\nmerge: hand-over\n' } });
  await world.start({ turns: shortest });
  const number = await world.issue();
  await world.trigger(number);
  const first = await ended(world);
  expect(first).toMatchObject({ outcome: 'handed-over' });
  expect(await published(world, first)).toMatchObject({ pulls: 1, drafts: 0, merged: 0 });
  await relabel(number);
  const [second] = await until('a second run', async () => {
    const runs = await world.stores.runs.list();
    return runs.length === 2 ? runs : undefined;
  });
  const run = await ended(world, second?.id);
  expect(run).toMatchObject({
    outcome: 'refused',
    note: expect.stringContaining(first.pullRequest?.url ?? 'none'),
  });
  await expectAtRest(world, run);
  await expectAtRest(world, first);
});

test('assigned to the one that the rules name, an issue is worked on; to others it is not', async () => {
  world = await makeWorld({ files: { '.entropy.yml': rules('trigger: { assignee: Robin }') } });
  await world.start();
  const { playground, repository } = world;
  const number = await world.issue();
  const assign = (assignee: string, by = 'ada') =>
    playground.assign({ repository, number, by, assignee }).then(playground.settled);
  await playground.setCollaborator(repository, 'guest', 'triage');
  await assign('bob');
  await assign('robin', 'guest');
  await drained();
  expect(await world.stores.runs.list()).toEqual([]);
  const path = `/repos/${repository}/issues/${number}/assignees`;
  await playground.request('ada', 'DELETE', path, { assignees: ['robin'] });
  await assign('robin');
  const run = await ended(world);
  expect(run.trigger).toMatchObject({ kind: 'assignment', by: 'ada' });
  expect(await published(world, run)).toMatchObject({ merged: 1, labels: ['entropy: merged'] });
  await expectAtRest(world, run);
});

test('the label taken off, the assignment taken back, the issue closed: the run stops and says why', async () => {
  world = await makeWorld({ files: { '.entropy.yml': rules('trigger: { assignee: robin }') } });
  await world.start({ turns: withCommand('sleep 1000'), capacity: 3 });
  const { playground, repository } = world;
  const [one, two, three] = [await world.issue(), await world.issue(), await world.issue()];
  await world.trigger(one);
  await playground.assign({ repository, number: two, by: 'ada', assignee: 'robin' });
  await world.trigger(three);
  await running(world, 'sleep 1000', 3);
  const path = `/repos/${repository}/issues/${two}/assignees`;
  await playground.unlabel({ repository, number: one, by: 'ada', label });
  await playground.request('ada', 'DELETE', path, { assignees: ['robin'] });
  await playground.closeIssue({ repository, number: three, by: 'ada' });
  const notes = new Map([
    [String(one), 'the label entropy was taken off'],
    [String(two), 'robin is no longer assigned'],
    [String(three), 'the issue was closed'],
  ]);
  for (const { id, issue } of await world.stores.runs.list()) {
    const run = await ended(world, id);
    expect(run).toMatchObject({ outcome: 'cancelled', note: notes.get(issue) });
    await expectAtRest(world, run);
  }
});

test('the label taken off and put on again stops the run and starts another', async () => {
  world = await makeWorld();
  await world.start({ turns: withCommand('sleep 1000') });
  const number = await world.issue();
  await world.trigger(number);
  await running(world, 'sleep 1000', 1);
  const [first] = await world.stores.runs.list();
  await relabel(number);
  const stopped = await ended(world, first?.id);
  expect(stopped).toMatchObject({ outcome: 'cancelled' });
  await running(world, 'sleep 1000', 1);
  const [second] = await world.stores.runs.list({ status: ['running'] });
  expect(second?.id).not.toBe(first?.id);
});

test('an issue edited during a run is worked on as it was, which is noted', async () => {
  world = await makeWorld();
  const gate = gateIn(world);
  await world.start({ turns: withCommand(gate.command) });
  const number = await world.issue();
  await world.trigger(number);
  await gate.reached();
  const path = `/repos/${world.repository}/issues/${number}`;
  await world.playground.request('ada', 'PATCH', path, { body: 'Make it multiply.' });
  await world.playground.settled();
  await drained();
  gate.open();
  const run = await ended(world);
  expect(run).toMatchObject({ outcome: 'merged', issueEditedAt: expect.any(Number) });
  const edits = (await world.stores.ledger.events(run.id)).filter(
    ({ kind }) => kind === 'issue.edited',
  );
  expect(edits).toMatchObject([{ standing: 'observed', data: { title: false, body: true } }]);
  await expectMergedOnce(world, run);
});
