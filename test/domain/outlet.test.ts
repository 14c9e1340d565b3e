import { describe, expect, test } from '@jest/globals';
import { FenceStale } from '../../lib/domain/errors.ts';
import {
  leaveOutletWork,
  noOutlet,
  type Outlet,
  outletSpent,
  renewOutletWork,
  renounceOutlet,
  takeOutletWork,
  wantOutlet,
} from '../../lib/domain/outlet.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const capMs = 100 * hour;
const leaseMs = 2 * minute;
const lingerMs = 10 * minute;

const wanted: Outlet = wantOutlet(noOutlet, now);
/** Ready since an hour ago, nobody at work, wanted. */
const ready: Outlet = {
  phase: 'ready',
  fence: 3,
  wantedUntil: now + lingerMs,
  address: 'proxy',
  stood: { month: '2026-11', ms: hour, since: now - hour },
};
const take = (outlet: Outlet, at = now, look = false) =>
  takeOutletWork(outlet, { holder: 'p', now: at, capMs, look });
/** Taken up at `now`. Throws where there was nothing to do. */
function taken(outlet: Outlet, look = false) {
  const found = take(outlet, now, look);
  if (found === undefined) throw new Error('nothing to do');
  return found;
}

test('what all have asked for is taken back, and nothing else', () => {
  expect(renounceOutlet(ready)).toEqual({ ...ready, wantedUntil: 0 });
  expect(take(renounceOutlet(ready))?.work.kind).toBe('remove');
});

describe('wanting it', () => {
  test('lasts ten minutes, and takes back nothing of what another asked for', () => {
    expect(wanted.wantedUntil).toBe(now + lingerMs);
    expect(wantOutlet(wanted, now - minute).wantedUntil).toBe(now + lingerMs);
    expect(wantOutlet(wanted, now + minute).wantedUntil).toBe(now + minute + lingerMs);
  });

  test('changes nothing else', () => {
    expect(wantOutlet(ready, now + minute)).toEqual({
      ...ready,
      wantedUntil: now + minute + lingerMs,
    });
  });
});

describe('hours of the month', () => {
  const stood = (month: string, ms: number, since?: number): Outlet => ({
    ...noOutlet,
    stood: { month, ms, ...(since === undefined ? {} : { since }) },
  });

  test.each([
    ['less than the cap', stood('2026-11', capMs - 1), false],
    ['the cap', stood('2026-11', capMs), true],
    ['the cap, in another month', stood('2026-10', capMs), false],
    ['some, and the rest since it was made', stood('2026-11', capMs - hour, now - hour), true],
    ['some, and not quite the rest since', stood('2026-11', capMs - hour, now - hour + 1), false],
    ['the cap, and since a time that a clock ahead wrote', stood('2026-11', capMs, now + 1), true],
    ['none', noOutlet, false],
  ])('%s', (_, outlet, spent) => {
    expect(outletSpent(outlet, now, capMs)).toBe(spent);
  });

  test('what stands over the end of a month counts in each for its own part', () => {
    const midnight = Date.parse('2026-12-01T00:00:00Z');
    const over = stood('2026-11', capMs - 2 * hour, midnight - hour);
    expect(outletSpent(over, midnight - 1, capMs)).toBe(false);
    expect(outletSpent(over, midnight + 2 * hour - 1, 2 * hour)).toBe(false);
    expect(outletSpent(over, midnight + 2 * hour, 2 * hour)).toBe(true);
  });
});

describe('taking work up', () => {
  test('makes what is wanted and absent, under a new fence and a lease', () => {
    expect(taken(wanted)).toEqual({
      outlet: {
        phase: 'making',
        fence: 1,
        worker: { holder: 'p', until: now + leaseMs },
        wantedUntil: now + lingerMs,
        stood: { month: '2026-11', ms: 0, since: now },
      },
      work: { kind: 'make', fence: 1 },
    });
  });

  test('counts as standing from then on, with what it stood before', () => {
    expect(taken(ready).outlet.stood).toEqual({ month: '2026-11', ms: 2 * hour, since: now });
  });

  test('looks at what is ready again, which stays ready meanwhile', () => {
    const { outlet, work } = taken(ready);
    expect(outlet).toMatchObject({ phase: 'ready', address: 'proxy', fence: 4 });
    expect(work).toEqual({ kind: 'make', fence: 4 });
  });

  test.each(['making', 'removing'] as const)('makes what is wanted and was left %s', (phase) => {
    const { outlet, work } = taken({ ...wanted, phase });
    expect([outlet.phase, work.kind]).toEqual(['making', 'make']);
  });

  test.each(['making', 'ready', 'removing'] as const)(
    'removes what is %s and was last wanted too long ago',
    (phase) => {
      const { outlet, work } = taken({ ...ready, phase, wantedUntil: now - 1 });
      expect(work).toEqual({ kind: 'remove', fence: 4 });
      expect(outlet).toEqual({
        phase: 'removing',
        fence: 4,
        worker: { holder: 'p', until: now + leaseMs },
        wantedUntil: now - 1,
        // Until nothing is left it may cost.
        stood: ready.stood,
      });
    },
  );

  test('is wanted up to the very end', () => {
    expect(taken({ ...ready, wantedUntil: now }).work.kind).toBe('make');
  });

  test('removes what is wanted where the hours are used up, and makes nothing', () => {
    const used = { month: '2026-11', ms: capMs };
    expect(taken({ ...ready, stood: used }).work.kind).toBe('remove');
    expect(take({ ...wanted, stood: used })).toBeUndefined();
  });

  test('there is nothing to do at what is absent and not wanted, but to look whether it is', () => {
    expect(take(noOutlet)).toBeUndefined();
    const { outlet, work } = taken(noOutlet, true);
    expect([outlet.phase, work.kind]).toEqual(['removing', 'remove']);
  });

  test('is left to who is at it, up to the end of its lease', () => {
    const { outlet } = taken(wanted);
    expect(take(outlet, now + leaseMs)).toBeUndefined();
    expect(take(outlet, now + leaseMs + 1)?.work.fence).toBe(2);
  });
});

describe('going on with it', () => {
  const { outlet, work } = taken(wanted);
  const renew = (found: Outlet, at: number, cap = capMs) =>
    renewOutletWork(found, work, { now: at, capMs: cap });

  test('extends the lease and nothing else', () => {
    expect(renew(outlet, now + minute)).toEqual({
      ...outlet,
      worker: { holder: 'p', until: now + minute + leaseMs },
    });
  });

  test('is refused after the lease, under an old fence and once it was put down', () => {
    const later = take(outlet, now + leaseMs + 1)?.outlet ?? outlet;
    const { worker: _, ...put } = outlet;
    expect(() => renew(outlet, now + leaseMs)).not.toThrow();
    expect(() => renew(outlet, now + leaseMs + 1)).toThrow(FenceStale);
    expect(() => renew(later, now + leaseMs + 1)).toThrow(FenceStale);
    expect(() => renew(put, now)).toThrow(FenceStale);
  });

  test('making ends when it is no longer wanted, or the hours are used up', () => {
    expect(renew({ ...outlet, wantedUntil: now }, now + 1)).toBeUndefined();
    expect(renew(outlet, now + minute, minute)).toBeUndefined();
  });

  test('removing goes on until it is wanted again', () => {
    const removal = taken({ ...ready, wantedUntil: now - 1 });
    const goOn = (found: Outlet) => renewOutletWork(found, removal.work, { now, capMs });
    expect(goOn(removal.outlet)?.phase).toBe('removing');
    expect(goOn(wantOutlet(removal.outlet, now))).toBeUndefined();
  });
});

describe('putting it down', () => {
  const making = taken(wanted);
  const removal = taken({ ...ready, wantedUntil: now - 1 });
  const later = now + minute;

  test('what is made is ready under its address, and nobody is at it', () => {
    const left = leaveOutletWork(making.outlet, making.work, {
      ...{ now: later, done: true, address: 'new' },
    });
    const { worker: _, ...rest } = making.outlet;
    expect(left).toEqual({ ...rest, phase: 'ready', address: 'new' });
  });

  test.each([
    ['was cut off', { done: false, address: 'new' }],
    ['has no address', { done: true }],
  ])('what was made in part is not ready: it %s', (_, end) => {
    const again = taken(ready);
    const left = leaveOutletWork(again.outlet, again.work, { now: later, ...end });
    expect(left.phase).toBe('making');
    expect(left).not.toHaveProperty('address');
    expect(left).not.toHaveProperty('worker');
    expect(left.stood.since).toBe(now);
  });

  test('what is removed no longer counts, and what it stood is kept', () => {
    const left = leaveOutletWork(removal.outlet, removal.work, { now: later, done: true });
    expect(left).toEqual({
      phase: 'absent',
      fence: 4,
      wantedUntil: now - 1,
      stood: { month: '2026-11', ms: 2 * hour + minute },
    });
  });

  test('what was removed in part may still cost', () => {
    const left = leaveOutletWork(removal.outlet, removal.work, { now: later, done: false });
    expect(left.phase).toBe('removing');
    expect(left).not.toHaveProperty('worker');
    expect(left.stood).toEqual(ready.stood);
  });

  test('is refused after the lease and under an old fence', () => {
    const end = { now: now + leaseMs + 1, done: true, address: 'new' };
    expect(() => leaveOutletWork(making.outlet, making.work, end)).toThrow(FenceStale);
    const next = take(making.outlet, end.now)?.outlet ?? making.outlet;
    expect(() => leaveOutletWork(next, making.work, end)).toThrow(FenceStale);
  });
});
