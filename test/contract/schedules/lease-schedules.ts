import { test } from '@jest/globals';
import fc from 'fast-check';
import { clockSkewMs } from '../../../lib/domain/claim.ts';
import { slotLeaseMs, takeoverTime } from '../../../lib/domain/lease.ts';
import { clockOffset, holds, touch } from './generated.ts';
import { type LeaseCall, type LeaseKind, LeaseWorld } from './lease-world.ts';
import { freshScope, type Stations } from './station.ts';

const actors = 4;
const runnerLeaseMs = 30_000;
const actor = fc.nat({ max: actors - 1 });
const call = fc.constantFrom<LeaseCall>('take', 'take', 'take', 'release');
// Percent of a lease; around its end is where mistakes live.
const part = fc.oneof(fc.nat({ max: 140 }), fc.integer({ min: 95, max: 105 }));
const aroundEnd = fc.integer({ min: -2 * clockSkewMs, max: 2 * clockSkewMs });
type Step =
  | {
      readonly do: 'ask';
      readonly actor: number;
      readonly call: LeaseCall;
      readonly delayed: boolean;
    }
  | { readonly do: 'deliver'; readonly actor: number }
  | { readonly do: 'wait'; readonly part: number }
  | { readonly do: 'outlast'; readonly actor: number; readonly ms: number }
  | { readonly do: 'crash'; readonly actor: number; readonly arrives: boolean }
  | {
      readonly do: 'die in';
      readonly actor: number;
      readonly call: LeaseCall;
      readonly touch: number;
    }
  | { readonly do: 'race' };
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('ask'), actor, call, delayed: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver'), actor }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), part }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('outlast'), actor, ms: aroundEnd }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), actor, arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die in'), actor, call, touch }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('race') }) },
) as fc.Arbitrary<Step>;
const offsets = fc.array(clockOffset(clockSkewMs), { minLength: actors, maxLength: actors });
const steps = fc.array(step, { maxLength: 60, size: 'max' });

/** What runner leases keep whatever happens to those who hold them. */
export function runnerSchedules(open: () => Promise<Stations>): void {
  test.each([
    ['a lease is renewed as much before its end as clocks may differ', 0],
    ['a lease is left alone as much after its end as clocks may differ', clockSkewMs],
  ])('one runner walks a run, and keeps it while it renews in time: %s', async (_, skewMs) => {
    await runnersHold(await open(), skewMs);
  });
}

/** Throws where a schedule finds that runner leases are not what they should be. */
export async function runnersHold({ stations, ...how }: Stations, skewMs = 0): Promise<void> {
  await holds(
    fc.asyncProperty(offsets, steps, async (offset, taken) => {
      const kind = runnersOf(freshScope(), skewMs);
      const world = new LeaseWorld(stations, offset, { kind, capacity: 1, shared: false });
      for (const one of taken) await take(world, one, runnerLeaseMs);
    }),
    how,
  );
}

/** What capacity slots keep whatever happens to those who hold them. */
export function slotSchedules(open: () => Promise<Stations>): void {
  test('no more holders than capacity, and a holder that renews in time keeps its slot', async () => {
    await slotsHold(await open());
  });
}

/** Throws where a schedule finds that slots are not what they should be. */
export async function slotsHold({ stations, ...how }: Stations): Promise<void> {
  const capacities = fc.integer({ min: 1, max: 2 });
  await holds(
    fc.asyncProperty(offsets, capacities, steps, async (offset, capacity, taken) => {
      const kind = slotsOf(freshScope(), capacity);
      const world = new LeaseWorld(stations, offset, { kind, capacity, shared: true });
      for (const one of taken) await take(world, one, slotLeaseMs);
    }),
    how,
  );
}

const runnersOf = (run: string, skewMs: number): LeaseKind => ({
  lengthMs: runnerLeaseMs,
  skewMs,
  take: ({ stores }, holder, now, until) =>
    stores.runners.lease(run, holder, takeoverTime(now, skewMs), until),
  release: ({ stores }, holder) => stores.runners.release(run, holder),
  holders: async ({ stores }, now) => {
    const holder = await stores.runners.holder(run, now);
    return holder === undefined ? [] : [holder];
  },
});

const slotsOf = (pool: string, capacity: number): LeaseKind => ({
  lengthMs: slotLeaseMs,
  skewMs: 0,
  take: ({ stores }, holder, now, until) => stores.slots.take(pool, holder, now, until, capacity),
  release: ({ stores }, holder) => stores.slots.release(pool, holder),
  holders: ({ stores }, now) => stores.slots.holders(pool, now),
});

async function take(world: LeaseWorld, step: Step, leaseMs: number): Promise<void> {
  if (step.do === 'wait') world.now += Math.round((leaseMs * step.part) / 100);
  else if (step.do === 'outlast') world.outlast(step.actor, step.ms);
  else if (step.do === 'ask') await world.ask(step.actor, step.call, step.delayed);
  else if (step.do === 'deliver') await world.deliver(step.actor);
  else if (step.do === 'crash') await world.crash(step.actor, step.arrives);
  else if (step.do === 'die in') await world.dieIn(step.actor, step.call, step.touch);
  else await world.race();
}
