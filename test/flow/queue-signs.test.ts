import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import type { Run } from '../../lib/domain/run.ts';
import { expectAtRest, expectMergedOnce } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { shortest, withCommand } from './fixtures/turns.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

/** What our App has said on an issue. */
async function said(number: number): Promise<readonly string[]> {
  const { repositories } = await world.playground.snapshot();
  const issue = repositories[0]?.issues.find((one) => one.number === number);
  return (issue?.comments ?? [])
    .filter(({ author }) => author.endsWith('[bot]'))
    .map(({ body }) => body);
}
const says = (number: number, text: RegExp) =>
  until(`${text} on #${number}`, async () => {
    const [only, ...more] = await said(number);
    expect(more).toEqual([]);
    return only !== undefined && text.test(only) ? only : undefined;
  });
const runOf = (number: number) =>
  until(`a run of #${number}`, async (): Promise<Run | undefined> => {
    return (await world.stores.runs.list()).find(({ issue }) => issue === String(number));
  });
const say = async (number: number, body: string, by = 'ada') => {
  await world.playground.comment({ repository: world.repository, number, by, body });
  await world.playground.settled();
};

test('an issue whose run finds no slot says so, and goes on by itself; stopped in the queue it says that', async () => {
  world = await makeWorld();
  await world.start({ capacity: 1, turns: withCommand('sleep 1000') });
  const [first, second, third] = [await world.issue(), await world.issue(), await world.issue()];
  await world.trigger(first);
  await running(world, 'sleep 1000', 1);
  await world.trigger(second);
  await world.trigger(third);
  await says(second, /^Queued: the run waits until one of those at work has ended \(1 at a time\)/);
  await says(third, /nothing need be done/);
  await say(third, '/entropy stop');
  const stopped = await ended(world, (await runOf(third)).id);
  expect(stopped).toMatchObject({ outcome: 'cancelled', note: 'ada asked for it on the issue' });
  await says(third, /^Stopped:\n\n> ada asked for it/);
  await expectAtRest(world, stopped);
  await say(first, '/entropy stop');
  await says(second, /^At work on this issue/);
  await running(world, 'sleep 1000', 1);
  await say(second, '/entropy stop');
  await expectAtRest(world, await ended(world, (await runOf(second)).id));
});

test('killed right after it said that a run waits, the server says it once, and the run goes on', async () => {
  world = await makeWorld();
  await world.stores.pauses.pause({ at: Date.now(), by: 'op' });
  const post = `github POST repos/${world.repository}/issues/N/comments`;
  const server = await world.start({ fatal: [post], turns: shortest });
  const number = await world.issue();
  const dying = once(server.child, 'exit');
  await world.trigger(number);
  await dying;
  expect(world.died()).toEqual([post]);
  expect(await said(number)).toHaveLength(1);
  await world.start({ turns: shortest });
  const run = await runOf(number);
  await until('the receipt of what was said', async () => {
    const effects = await world.stores.effects.list(run.id);
    return effects.every(({ receipt }) => receipt !== undefined) || undefined;
  });
  await says(number, /^Queued: .* ends the pause of all work/);
  await world.stores.pauses.resume();
  // One comment in all, from the queue to the receipt.
  await expectMergedOnce(world, await ended(world, run.id));
});

test('a command that comes to nothing is answered on the issue, a stranger is not', async () => {
  world = await makeWorld();
  await world.start();
  const number = await world.issue();
  await say(number, '/entropy stop', 'passer-by');
  await say(number, '/entropy retry');
  await says(number, /there was no run on this issue/);
  await say(number, '/entropy dance');
  await says(number, /`\/entropy dance`.* no such command/);
  expect(await world.stores.runs.list()).toEqual([]);
});
