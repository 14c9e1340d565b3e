import { expect, test } from '@jest/globals';
import { expectMergedOnce } from '../flow/fixtures/ending.ts';
import { quietRun } from '../flow/fixtures/quiet-run.ts';
import { ended, makeWorld } from '../flow/fixtures/world.ts';

// What lies between stages is in test/flow/kill-server.test.ts.

/** Runs that are under way at the same time. */
const lanes = 3;
test('a server killed at any one point leaves a run that the next one ends as if nothing had been', async () => {
  const { others } = await quietRun();
  expect(others.length).toBeGreaterThan(50);
  const failed: string[] = [];
  const queue = others.values();
  const lane = async () => {
    for (const point of queue) {
      const fault = await dieAt(point);
      if (fault !== undefined) failed.push(`${point}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  expect(failed).toEqual([]);
}, 1_800_000);

/** What was not as it should be after one server died at the point and another was started. */
async function dieAt(point: string): Promise<string | undefined> {
  const world = await makeWorld();
  try {
    const first = await world.start({ fatal: [point] });
    await world.trigger(await world.issue());
    await Promise.race([first.ended, ended(world).catch(() => undefined)]);
    if (!world.died().includes(point)) return 'the run did not come to it';
    await first.ended;
    await world.start();
    await expectMergedOnce(world, await ended(world));
    return undefined;
  } catch (error) {
    return `${(error as Error).message}\n${world.log()}`;
  } finally {
    await world.close();
  }
}
