import { test } from '@jest/globals';
import fc from 'fast-check';
import { claimLeaseMs, clockSkewMs } from '../../../lib/domain/claim.ts';
import { EffectWorld, type Life, type Manner } from './effect-world.ts';
import { clockOffset, holds, touch } from './generated.ts';
import type { Station, Stations } from './station.ts';

/** Two processes that start together after a pause, and what the rival does meanwhile. */
interface Generation {
  readonly pauseMs: number;
  readonly lives: readonly [Life, Life];
  readonly rival?: Life | undefined;
}

const life: fc.Arbitrary<Life> = fc.record({
  offset: clockOffset(clockSkewMs),
  // A walk that meets nothing takes 13 steps.
  diesAt: fc.nat({ max: 16 }),
  dies: fc.oneof(fc.constantFrom('before' as const, 'after' as const), touch),
  lostAnswers: fc.array(fc.boolean(), { maxLength: 2 }),
  slowFind: fc.oneof(fc.constant(0), fc.constantFrom(1, 20)),
});
const generation: fc.Arbitrary<Generation> = fc.record({
  pauseMs: fc.oneof(
    fc.nat({ max: 60_000 }),
    fc.integer({ min: claimLeaseMs, max: 2 * claimLeaseMs }),
  ),
  lives: fc.tuple(life, life),
  rival: fc.option(life, { nil: undefined, freq: 3 }),
});
const ticks = fc.array(fc.nat({ max: 2_000 }), { minLength: 1, maxLength: 10 });
const survivor: Life = { offset: 0, diesAt: 0, dies: 'before', lostAnswers: [], slowFind: 0 };

/** What effects keep whatever happens to the processes that carry them out. */
export function effectSchedules(open: () => Promise<Stations>): void {
  test('each effect once, and none by a run that lost its claim', async () => {
    await effectsHold(await open());
  });
  test('the same where nobody walks the run, and its steps are called for, twice at a time too', async () => {
    await stepEffectsHold(await open());
  });
}

/** As `effectsHold`, in functions that are called for a step. */
export const stepEffectsHold = (stations: Stations) => effectsHold(stations, 'steps');

/** Throws where a schedule finds that effects are not what they should be. */
export async function effectsHold(
  { stations, ...how }: Stations,
  manner: Manner = 'runners',
): Promise<void> {
  const [one, two, three] = stations as readonly [Station, Station, Station];
  const generations = fc.array(generation, { maxLength: 4 });
  await holds(
    fc.asyncProperty(fc.scheduler(), ticks, generations, async (scheduler, taken, all) => {
      const world = await EffectWorld.begin(one, taken, manner);
      for (const { pauseMs, lives, rival } of all) {
        world.now += pauseMs;
        const begun = Promise.all([
          world.walk(one, lives[0], scheduler),
          world.walk(two, lives[1], scheduler),
          rival && world.rival(three, rival, scheduler),
        ]);
        await scheduler.waitFor(begun);
      }
      world.now += claimLeaseMs;
      await world.walk(two, survivor);
      await world.judge(three);
    }),
    how,
  );
}
