import { test } from '@jest/globals';
import fc from 'fast-check';
import { claimLeaseMs, clockSkewMs } from '../../../lib/domain/claim.ts';
import { type ClaimCall, ClaimWorld } from './claim-world.ts';
import { clockOffset, holds, touch } from './generated.ts';
import type { Stations } from './station.ts';

const actors = 4;
const actor = fc.nat({ max: actors - 1 });
const call = fc.constantFrom<ClaimCall>(
  'acquire',
  'acquire',
  'heartbeat',
  'heartbeat',
  'release',
  'cancel',
);
const aroundEnd = fc.integer({ min: -clockSkewMs, max: 2 * clockSkewMs });
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('ask'), actor, call, delayed: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver'), actor }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      // Around the end of a lease and of the time that it is left alone is where mistakes live.
      ms: fc.oneof(
        fc.nat({ max: claimLeaseMs }),
        fc.integer({ min: claimLeaseMs - clockSkewMs, max: claimLeaseMs + 2 * clockSkewMs }),
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('outlast'), actor, ms: aroundEnd }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), actor, arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die in'), actor, call, touch }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('race') }) },
) as fc.Arbitrary<Step>;
type Step =
  | {
      readonly do: 'ask';
      readonly actor: number;
      readonly call: ClaimCall;
      readonly delayed: boolean;
    }
  | { readonly do: 'deliver'; readonly actor: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'outlast'; readonly actor: number; readonly ms: number }
  | { readonly do: 'crash'; readonly actor: number; readonly arrives: boolean }
  | {
      readonly do: 'die in';
      readonly actor: number;
      readonly call: ClaimCall;
      readonly touch: number;
    }
  | { readonly do: 'race' };

/** What claims keep whatever happens to those who hold them. `open` gives stations on one storage. */
export function claimSchedules(open: () => Promise<Stations>): void {
  test('one live fence, which only rises; a past one writes nothing', async () => {
    await claimsHold(await open());
  });
}

/** Throws where a schedule finds that claims are not what they should be. */
export async function claimsHold({ stations, ...how }: Stations): Promise<void> {
  const offsets = fc.array(clockOffset(clockSkewMs), { minLength: actors, maxLength: actors });
  const steps = fc.array(step, { maxLength: 60, size: 'max' });
  await holds(
    fc.asyncProperty(offsets, steps, async (offset, taken) => {
      const world = new ClaimWorld(stations, offset);
      for (const one of taken) await take(world, one);
      await world.end();
    }),
    how,
  );
}

async function take(world: ClaimWorld, step: Step): Promise<void> {
  if (step.do === 'wait') world.now += step.ms;
  else if (step.do === 'outlast') world.outlast(step.actor, step.ms);
  else if (step.do === 'ask') await world.ask(step.actor, step.call, step.delayed);
  else if (step.do === 'deliver') await world.deliver(step.actor);
  else if (step.do === 'crash') await world.crash(step.actor, step.arrives);
  else if (step.do === 'die in') await world.dieIn(step.actor, step.call, step.touch);
  else await world.race();
}
