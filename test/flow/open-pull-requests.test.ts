import { afterEach, expect, test } from '@jest/globals';
import { expectAtRest, published } from './fixtures/ending.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

test('with as many pull requests open as the repository allows, a run says so and ends', async () => {
  world = await makeWorld({
    files: { '.entropy.yml': 'version: 1\npullRequests: { open: 1 }\n' },
  });
  const { playground, repository } = world;
  const [first, second] = [await world.issue(), await world.issue()];
  await world.start();
  await world.trigger(first);
  const one = await ended(world);
  expect(one.outcome).toBe('handed-over');
  await world.trigger(second);
  const newest = async () => (await world.stores.runs.list({ limit: 1 }))[0];
  const isOther = async () => ((await newest())?.id === one.id ? undefined : newest());
  const other = await ended(world, (await until('another run', isOther))?.id);
  expect(other).toMatchObject({ outcome: 'refused' });
  expect(other.note).toBe(
    `open pull requests of agents: #${one.pullRequest?.number}; .entropy.yml allows 1 (pullRequests.open): merge or close one, then ask again`,
  );
  expect(await world.stores.stages.list(other.id)).toEqual([]);
  expect((await published(world, other)).labels).toContain('entropy: refused');
  await expectAtRest(world, other);
  // The issue says which, and what to do.
  const { repositories } = await playground.snapshot();
  const issue = repositories[0]?.issues.find(({ number }) => number === second);
  expect(issue?.comments.map(({ body }) => body.split('<sub>')[0])).toEqual([
    expect.stringMatching(/^Not worked on:\n\n> open pull requests .* merge or close one, then/),
  ]);

  const closed = { repository, number: one.pullRequest?.number ?? 0, by: 'ada' };
  await playground.closeIssue(closed);
  await playground.unlabel({ repository, number: second, by: 'ada', label: 'entropy' });
  await world.trigger(second);
  const third = async () => {
    const run = await newest();
    return run?.id === other.id ? undefined : run;
  };
  const last = await ended(world, (await until('a third run', third))?.id);
  expect(last.outcome).toBe('handed-over');
});
