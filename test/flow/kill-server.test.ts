import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { expectMergedOnce } from './fixtures/ending.ts';
import { type PointsOfRun, quietRun } from './fixtures/quiet-run.ts';
import { ended, endOf, makeWorld, type World } from './fixtures/world.ts';

// Every point of a stage has a run of its own in test/real/kill-every-point.test.ts.

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** Starts server after server, each of which dies at the first of the points that it comes to. */
async function killAt(fatal: readonly string[]): Promise<void> {
  let server = await world.start({ fatal });
  await world.trigger(await world.issue());
  for (let killed = 0; killed < fatal.length; killed++) {
    expect(await endOf(server, world)).toBe('SIGKILL');
    server = await world.start({ fatal });
  }
  const run = await ended(world);
  expect([...world.died()].sort()).toEqual([...fatal].sort());
  await expectMergedOnce(world, run);
  // What a process had when it died it can't give back: GitHub lets it lapse within the hour.
  expect(await world.playground.liveTokens()).toBeLessThanOrEqual(fatal.length);
}

let points: PointsOfRun;
beforeAll(async () => {
  points = await quietRun();
});

test('servers killed one after another, at every point between stages, merge once', async () => {
  expect(points.between.length).toBeGreaterThan(50);
  await killAt(points.between);
}, 600_000);

test('a server killed once in every stage', async () => {
  const chosen = [
    /^Reader: .*session\.opened/,
    /^Coder: .*model\.called/,
    /^Verifier: .*verify\.run/,
    /^Reviewer: .*handoff\.left/,
  ].map((wanted) => points.others.find((point) => wanted.test(point)) ?? String(wanted));
  await killAt(chosen);
}, 600_000);
