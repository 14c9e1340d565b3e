import { expect, test } from '@jest/globals';

import { liveLeases, mayTakeLease, takeLease, takeoverTime } from '../../lib/domain/lease.ts';

const leases = [
  { holder: 'a', until: 10 },
  { holder: 'b', until: 20 },
];
const ask = (holder: string, now: number, capacity: number) =>
  mayTakeLease(leases, { holder, now, capacity });

test('a lease lives up to and at its end', () => {
  expect(liveLeases(leases, 10)).toEqual(leases);
  expect(liveLeases(leases, 11)).toEqual(leases.slice(1));
  expect(liveLeases(leases, 21)).toEqual([]);
});

test('a new holder needs room', () => {
  expect(ask('c', 10, 2)).toBe(false);
  expect(ask('c', 11, 2)).toBe(true);
  expect(ask('c', 10, 3)).toBe(true);
  expect(ask('c', 30, 0)).toBe(false);
});

test('a live holder renews whatever the capacity; a lapsed one asks like a new one', () => {
  expect(ask('a', 10, 1)).toBe(true);
  expect(ask('a', 11, 1)).toBe(false);
  expect(ask('a', 11, 2)).toBe(true);
});

test('taking leaves out what has ended, and a late renewal shortens nothing', () => {
  const take = (holder: string, now: number, until: number) =>
    takeLease(leases, { holder, now, until, capacity: 2 });
  expect(take('c', 10, 15)).toBeUndefined();
  expect(take('c', 11, 30)).toEqual([leases[1], { holder: 'c', until: 30 }]);
  expect(take('b', 11, 15)).toEqual([leases[1]]);
  expect(take('b', 11, 25)).toEqual([{ holder: 'b', until: 25 }]);
});

test('who would take over leaves a lease alone as long as its clock may be ahead', () => {
  const held = [{ holder: 'a', until: 100 }];
  const takes = (holder: string, now: number, skewMs: number) =>
    mayTakeLease(held, { holder, now: takeoverTime(now, skewMs), capacity: 1 });
  expect(takes('b', 101, 0)).toBe(true);
  expect(takes('b', 110, 10)).toBe(false);
  expect(takes('b', 111, 10)).toBe(true);
  expect(takes('a', 111, 10)).toBe(true);
});
