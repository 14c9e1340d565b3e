import { describe, expect, test } from '@jest/globals';
import { clockSkewMs } from '../../../lib/domain/claim.ts';
import { FenceStale } from '../../../lib/domain/errors.ts';
import { claimsHold } from '../../contract/schedules/claim-schedules.ts';
import { effectsHold, stepEffectsHold } from '../../contract/schedules/effect-schedules.ts';
import { runnersHold, slotsHold } from '../../contract/schedules/lease-schedules.ts';
import type { ScheduledStores, Stations } from '../../contract/schedules/station.ts';
import { connectionStations } from './stations.ts';

/** Gives stores that lack one condition or one transaction. */
type Breaks = (stores: ScheduledStores) => Partial<ScheduledStores>;

const claims: Readonly<Record<string, Breaks>> = {
  'gives away what has lapsed by one clock alone': ({ claims }) => ({
    claims: {
      ...claims,
      acquire: ({ now, ...request }, events) =>
        claims.acquire({ ...request, now: now + clockSkewMs }, events),
    },
  }),
  'leaves alone what lapsed long ago': ({ claims }) => ({
    claims: {
      ...claims,
      acquire: ({ now, ...request }, events) =>
        claims.acquire({ ...request, now: now - clockSkewMs }, events),
    },
  }),
  'extends for a past fence': (stores) => ({ claims: anyFence(stores) }),
  'lets anybody release': ({ claims }) => ({
    claims: {
      ...claims,
      release: async (key, run, fence, events) => {
        const { owner = run, fence: present = fence } = (await claims.get(key)) ?? {};
        await claims.release(key, owner, present, events);
      },
    },
  }),
  'gives a claim in one transaction and tells of it in another': ({ claims, ledger }) => ({
    claims: {
      ...claims,
      acquire: async (request, events) => {
        const before = await claims.get(request.key);
        const claim = await claims.acquire(request, []);
        if (claim.fence !== before?.fence) await ledger.append(request.run, events);
        return claim;
      },
    },
  }),
};

const runners: Readonly<Record<string, Breaks>> = {
  'takes a lease over that has not lapsed': ({ runners }) => ({
    runners: {
      ...runners,
      lease: (run, instance, now, until) =>
        runners.lease(run, instance, now + 2 * clockSkewMs, until),
    },
  }),
  'lets anybody release': ({ runners }) => ({
    runners: {
      ...runners,
      release: async (run) => {
        const holder = await runners.holder(run, 0);
        if (holder !== undefined) await runners.release(run, holder);
      },
    },
  }),
};

const slots: Readonly<Record<string, Breaks>> = {
  'counts one too few': ({ slots }) => ({
    slots: {
      ...slots,
      take: (pool, holder, now, until, capacity) =>
        slots.take(pool, holder, now, until, capacity + 1),
    },
  }),
  'never frees a slot': ({ slots }) => ({ slots: { ...slots, release: async () => {} } }),
};

const effects: Readonly<Record<string, Breaks>> = {
  'forgets what was intended': ({ effects }) => ({ effects: { ...effects, list: async () => [] } }),
  'lets a past fence write': (stores) => ({ claims: anyFence(stores) }),
  'intends in one transaction and tells of it in another': ({ effects, ledger }) => ({
    effects: {
      ...effects,
      intend: async (key, run, kind, events) => {
        const known = (await effects.list(run)).some((effect) => effect.key === key);
        const effect = await effects.intend(key, run, kind, []);
        if (!known) await ledger.append(run, events);
        return effect;
      },
    },
  }),
};

const steps: Readonly<Record<string, Breaks>> = {
  'lets two at a run': ({ runners }) => ({ runners: { ...runners, lease: async () => true } }),
  'takes a lease over that has not lapsed': ({ runners }) => ({
    runners: {
      ...runners,
      lease: (run, instance, now, until) =>
        runners.lease(run, instance, now + 3 * clockSkewMs, until),
    },
  }),
};

function anyFence({ claims }: ScheduledStores): ScheduledStores['claims'] {
  return {
    ...claims,
    heartbeat: async (request) => {
      try {
        return await claims.heartbeat(request);
      } catch (error) {
        const claim = await claims.get(request.key);
        if (error instanceof FenceStale && claim !== undefined) return claim;
        throw error;
      }
    },
  };
}

/** Schedules must find every one of these, or they would find nothing. */
describe.each([
  ['claims', claims, claimsHold],
  ['runner leases', runners, runnersHold],
  ['slots', slots, slotsHold],
  ['effects', effects, effectsHold],
  ['effects of steps', steps, stepEffectsHold],
] as const)('%s: schedules find out a store that', (_, broken, hold) => {
  const open = connectionStations(1_000);
  test.each(Object.entries<Breaks>(broken))('%s', async (_, breaks) => {
    const { stations, schedules } = await open();
    const wrong: Stations = {
      stations: stations.map((station) => ({
        ...station,
        stores: { ...station.stores, ...breaks(station.stores) },
      })),
      schedules,
      endOnFailure: true,
    };
    const found = await hold(wrong).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(found?.message).toMatch(/^Property failed after/);
    // A world's own check, not a fault of the wrong store.
    expect(String(found?.cause)).toMatch(/expect\(received\)|was given while/);
  });
});
