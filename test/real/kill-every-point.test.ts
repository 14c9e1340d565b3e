import { expect, test } from '@jest/globals';
import { expectMergedOnce } from '../flow/fixtures/ending.ts';
import { ended, makeWorld } from '../flow/fixtures/world.ts';

/** Runs that are under way at the same time. */
const lanes = 3;
/** Come to now and then, by the clock and not by the run's course. */
const byTheClock = /^\w+: (delete from outbox|claim kept)$/;

test('a server killed at any one point leaves a run that the next one ends as if nothing had been', async () => {
  const points = (await everyPoint()).filter((point) => !byTheClock.test(point));
  expect(points.length).toBeGreaterThan(100);
  const failed: string[] = [];
  const queue = points.values();
  const lane = async () => {
    for (const point of queue) {
      const fault = await dieAt(point);
      if (fault !== undefined) failed.push(`${point}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  expect(failed).toEqual([]);
}, 1_800_000);

/** The points of a run that nobody disturbs. */
async function everyPoint(): Promise<readonly string[]> {
  const world = await makeWorld();
  try {
    await world.start();
    await world.trigger(await world.issue());
    await expectMergedOnce(world, await ended(world));
    return world.seen();
  } finally {
    await world.close();
  }
}

/** What was not as it should be after one server died at the point and another was started. */
async function dieAt(point: string): Promise<string | undefined> {
  const world = await makeWorld();
  try {
    const first = await world.start({ fatal: [point] });
    await world.trigger(await world.issue());
    const settled = ended(world).then(
      () => 'nothing',
      () => 'nothing',
    );
    const by = await Promise.race([first.ended, settled]);
    if (by !== 'SIGKILL') return `the server was ended by ${by}`;
    await world.start();
    await expectMergedOnce(world, await ended(world));
    return undefined;
  } catch (error) {
    return `${(error as Error).message}\n${world.log()}`;
  } finally {
    await world.close();
  }
}
