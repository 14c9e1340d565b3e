import { afterEach, expect, test } from '@jest/globals';
import type { Run } from '../../lib/domain/run.ts';
import { expectAtRest, published } from './fixtures/ending.ts';
import { running } from './fixtures/sandboxes.ts';
import { withCommand } from './fixtures/turns.ts';
import { whereItStands } from './fixtures/where-it-stands.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

const dayMs = 86_400_000;
/** How far ahead the next noon is: no day ends while a test goes on, whenever it is run. */
const toNoonMs = dayMs - ((Date.now() + dayMs / 2) % dayMs);

/** Puts the label on, anew where it is there already; gives the run that this starts. */
async function asked(number: number): Promise<Run> {
  const { playground, repository, stores } = world;
  const about = { repository: { forge: 'github', name: repository } as const };
  const runs = () => stores.runs.list({ issue: { ...about, issue: String(number) } });
  const before = (await runs()).length;
  if (before > 0) await playground.unlabel({ repository, number, by: 'ada', label: 'entropy' });
  await world.trigger(number);
  return until('a run', async () => {
    const [newest, ...others] = await runs();
    return others.length === before ? newest : undefined;
  }).catch(async ({ message }: Error) => {
    throw new Error(`${message}: ${await whereItStands(world)}`);
  });
}

/** What was said on the issue, without the line that names the run; the label of how things stand. */
async function shown(run: Run) {
  const { repositories } = await world.playground.snapshot();
  const issue = repositories[0]?.issues.find(({ number }) => String(number) === run.issue);
  const comments = issue?.comments.map(({ body }) => body.split('\n\n<sub>')[0]);
  const { labels, pulls } = await published(world, run);
  return { comments, labels, pulls };
}

async function expectRefused(run: Run, why: string): Promise<void> {
  const end = await ended(world, run.id);
  expect(end).toMatchObject({ outcome: 'refused', note: why });
  expect(end.error).toBeUndefined();
  // No role was asked anything.
  expect(await world.stores.stages.list(run.id)).toEqual([]);
  const { comments, labels, pulls } = await shown(run);
  expect(comments?.at(-1)).toBe(`Not worked on:\n\n> ${why}`);
  expect(labels).toEqual(['entropy', 'entropy: refused']);
  expect(pulls).toBe(0);
  await expectAtRest(world, end);
}

test('the day has seen as many runs as the cap lets in: the issue says so, and the next day it goes on', async () => {
  world = await makeWorld({ files: { '.entropy.yml': 'version: 1\ndaily: { runs: 1 }\n' } });
  const [first, second, third] = [await world.issue(), await world.issue(), await world.issue()];
  const why =
    '.entropy.yml: daily.runs is 1, and as many runs have begun today (UTC). Start it again tomorrow, or raise the cap';
  await world.start({ aheadMs: toNoonMs });
  expect(await ended(world, (await asked(first)).id)).toMatchObject({ outcome: 'handed-over' });
  await expectRefused(await asked(second), why);
  // Asked again on the same day.
  await expectRefused(await asked(second), why);

  await world.restart({ aheadMs: toNoonMs + dayMs });
  const next = await ended(world, (await asked(second)).id);
  expect(next).toMatchObject({ outcome: 'handed-over' });
  const { comments, labels, pulls } = await shown(next);
  // Each run has a comment of its own.
  expect(comments?.length).toBe(3);
  expect(comments?.at(-1)).toMatch(/is ready for a person/);
  expect({ labels, pulls }).toEqual({ labels: ['entropy', 'entropy: handed-over'], pulls: 1 });
  await expectAtRest(world, next);
  // Refused runs are none of those that begin: the new day's one is used up by now.
  await expectRefused(await asked(third), why);
});

test('what runs at work may spend is all that the day leaves: refused until one has ended for less', async () => {
  world = await makeWorld({
    files: { '.entropy.yml': 'version: 1\ndaily: { usd: 5 }\nbudget: { usd: 5 }\n' },
  });
  const [first, second] = [await world.issue(), await world.issue()];
  const command = 'sleep 1000';
  await world.start({ aheadMs: toNoonMs, turns: withCommand(command) });
  const one = await asked(first);
  await running(world, command, 1);
  const why =
    "daily.usd is $5.00, and today's runs may take $5.00 (UTC). Start it again tomorrow, or raise the cap";
  await expectRefused(await asked(second), `.entropy.yml: ${why}`);
  const { repository, playground } = world;
  await playground.unlabel({ repository, number: first, by: 'ada', label: 'entropy' });
  expect(await ended(world, one.id)).toMatchObject({ outcome: 'cancelled' });
  // The models of these tests have no price: nothing was spent.
  await world.restart({ aheadMs: toNoonMs });
  expect(await ended(world, (await asked(second)).id)).toMatchObject({ outcome: 'handed-over' });
});
