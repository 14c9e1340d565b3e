import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { expectMergedOnce } from './fixtures/ending.ts';
import { ended, makeWorld, type World } from './fixtures/world.ts';

// Every single point has a run of its own in test/real/kill-every-point.test.ts.

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** Starts server after server, each of which dies at the first of the points that it comes to. */
async function killAt(points: readonly string[]): Promise<void> {
  let server = await world.start({ fatal: points });
  await world.trigger(await world.issue());
  for (let killed = 0; killed < points.length; killed++) {
    expect(await server.ended).toBe('SIGKILL');
    server = await world.start({ fatal: points });
  }
  const run = await ended(world);
  expect([...world.died()].sort()).toEqual([...points].sort());
  await expectMergedOnce(world, run);
  // What a process had when it died it can't give back: GitHub lets it lapse within the hour.
  expect(await world.playground.liveTokens()).toBeLessThanOrEqual(points.length);
}

/** All points of a run that nobody disturbs. A stage's own have its name and a colon before them. */
let points: readonly string[];
const inStage = (point: string) => /^\w+: /.test(point);

beforeAll(async () => {
  const quiet = await makeWorld();
  try {
    await quiet.start();
    await quiet.trigger(await quiet.issue());
    await expectMergedOnce(quiet, await ended(quiet));
    expect(await quiet.playground.liveTokens()).toBe(0);
    points = quiet.seen();
  } finally {
    await quiet.close();
  }
});

test('servers killed one after another, at every point between stages, merge once', async () => {
  const between = points.filter(
    (point) => !inStage(point) && !/ \w+#.*\/|journal Settle|journal_runs|runners/.test(point),
  );
  expect(between.length).toBeGreaterThan(40);
  await killAt(between);
}, 300_000);

test('a server killed once in every stage', async () => {
  const chosen = [
    /^Reader: .*session\.opened/,
    /^Coder: .*model\.called/,
    /^Verifier: .*verify\.run/,
    /^Reviewer: .*handoff\.left/,
  ].map((wanted) => points.find((point) => wanted.test(point)) ?? String(wanted));
  await killAt(chosen);
}, 120_000);
