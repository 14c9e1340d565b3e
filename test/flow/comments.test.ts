import { afterEach, expect, test } from '@jest/globals';
import { expectAtRest, expectMergedOnce, published } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { coderTurn, readerTurn, reviewerTurn, script, withCommand } from './fixtures/turns.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

const asks = script({
  role: 'issue-reader',
  calls: [['ask_question', { question: 'Should sum add, or should subtract be its name?' }]],
});

const say = async (number: number, body: string, by = 'ada') => {
  const { playground, repository } = world;
  const { id } = await playground.comment({ repository, number, by, body });
  await playground.settled();
  return String(id);
};
const drained = () =>
  until('an empty inbox', async () => {
    return (await world.stores.inbox.pending(1)).length === 0 || undefined;
  });
const runs = () => world.stores.runs.list();
const runTriggeredBy = (id: string) =>
  until(`a run of ${id}`, async () => (await runs()).find(({ trigger }) => trigger.id === id));

test('/entropy starts a run, which the comment names; others and edits start none', async () => {
  world = await makeWorld();
  const { playground, repository } = world;
  await playground.setCollaborator(repository, 'guest', 'triage');
  await world.start();
  const number = await world.issue();
  await say(number, 'Somebody should look at this.');
  await say(number, '/entropy', 'guest');
  await say(number, '/entropy', 'passer-by');
  await say(number, '/entropyfoo');
  await say(number, 'Try this:\n/entropy');
  const edited = await say(number, 'Nothing yet.');
  const path = `/repos/${repository}/issues/comments/${edited}`;
  await playground.request('ada', 'PATCH', path, { body: '/entropy' });
  await playground.settled();
  await drained();
  expect(await runs()).toEqual([]);
  const id = await say(number, '/entropy');
  const run = await ended(world);
  expect(run.trigger).toEqual({ kind: 'comment', id, by: 'ada' });
  expect(await published(world, run)).toMatchObject({ merged: 1, labels: ['entropy: merged'] });
  await expectAtRest(world, run);
  // The issue is closed by now.
  await say(number, '/entropy retry');
  await drained();
  expect(await runs()).toHaveLength(1);
});

test('a question is answered by whoever may write, and the work goes on with the answer', async () => {
  world = await makeWorld();
  await world.start({ turns: asks });
  const number = await world.issue();
  await world.trigger(number);
  const first = await ended(world);
  expect(first).toMatchObject({ outcome: 'question', note: expect.stringContaining('subtract') });
  await say(number, 'It should add, I think.', 'passer-by');
  await drained();
  expect(await runs()).toHaveLength(1);
  const answer = await say(number, 'It should add.');
  const second = await ended(world, (await runTriggeredBy(answer)).id);
  // Asked again: this server's model knows nothing else.
  expect(second).toMatchObject({ outcome: 'question', continues: { run: first.id } });
  await world.restart({ turns: script(readerTurn, coderTurn, reviewerTurn) });
  const last = await say(number, '/entropy answer As I said:\nadd.');
  const third = await ended(world, (await runTriggeredBy(last)).id);
  expect(third.continues?.run).toBe(second.id);
  const { payload } = world.stores.ledger;
  const issue = JSON.parse(String(await payload(third.id, third.issueDigest ?? '')));
  expect(issue.answers).toEqual([
    { question: first.note, answer: 'It should add.', by: 'ada' },
    { question: first.note, answer: 'As I said:\nadd.', by: 'ada' },
  ]);
  const turns = async (id: string) => (await world.stores.budgets.spent(id)).turns;
  expect(third.continues?.spent.turns).toBe((await turns(first.id)) + (await turns(second.id)));
  expect(third.continues?.spent.turns).toBe(2);
  await expectAtRest(world, second);
  expect(third).toMatchObject({ outcome: 'merged' });
  await expectAtRest(world, third);
});

test('/entropy stop ends the run that is at it; /entropy starts the next one', async () => {
  world = await makeWorld();
  await world.start({ turns: withCommand('sleep 1000') });
  const number = await world.issue();
  await world.trigger(number);
  await running(world, 'sleep 1000', 1);
  const [first] = await runs();
  await say(number, '/entropy');
  await say(number, '/entropy retry');
  await say(number, '/entropy dance');
  await say(number, '/entropy stop', 'passer-by');
  await drained();
  expect(await runs()).toEqual([first]);
  await say(number, '/entropy stop');
  const again = await say(number, '/entropy run');
  const stopped = await ended(world, first?.id);
  expect(stopped).toMatchObject({
    outcome: 'cancelled',
    note: 'ada asked for it on the issue',
  });
  const second = await runTriggeredBy(again);
  await running(world, 'sleep 1000', 1);
  expect(await world.stores.runs.get(second.id)).toMatchObject({ status: 'running' });
  await say(number, '/entropy stop');
  await expectAtRest(world, await ended(world, second.id));
});

test('/entropy retry starts anew on an issue whose run has ended', async () => {
  world = await makeWorld();
  await world.start({ turns: asks });
  const number = await world.issue();
  await say(number, '/entropy retry');
  await drained();
  expect(await runs()).toEqual([]);
  await world.trigger(number);
  const first = await ended(world);
  await world.restart();
  const again = await say(number, '/entropy retry');
  const second = await ended(world, (await runTriggeredBy(again)).id);
  expect(second.continues).toBeUndefined();
  expect(second.id).not.toBe(first.id);
  await expectMergedOnce(world, second);
});
