import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as keys from '../../../lib/aws/store/keys.ts';

/** Times until the year 33658 and counts that no run reaches, in the order that a list must have. */
const inOrder = (most: number) =>
  fc
    .tuple(fc.nat({ max: most }), fc.nat({ max: most }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

test.each<[string, number, (n: number) => string]>([
  ['runs of a status', 10 ** 15 - 1, (n) => keys.runListKey('queued', n, 'r-1').sk],
  ['runs of an issue', 10 ** 15 - 1, (n) => keys.issueKey('k', n, 'r-1').sk],
  ['deliveries', 10 ** 15 - 1, (n) => keys.inboxKey(n, 'd').sk],
  ['events', 10 ** 8 - 1, (n) => keys.eventKey('r-1', n).sk],
  ['effects', 10 ** 8 - 1, (n) => keys.effectListKey('r-1', n).sk],
])('%s stand in the order of their numbers', (_, most, sortKey) => {
  fc.assert(
    fc.property(inOrder(most), ([a, b]) => {
      expect(sortKey(a) < sortKey(b)).toBe(a < b);
    }),
  );
});

test('no two things have one key, nor does one stand in the list of another', () => {
  const attempt = { run: 'x', role: 'coder', round: 1, attempt: 1 } as const;
  const all = [
    keys.runKey('x'),
    keys.runListKey('queued', 1, 'x'),
    keys.issueKey('x', 1, 'x'),
    keys.headKey('x'),
    keys.eventKey('x', 1),
    keys.payloadKey('x', 'x'),
    keys.pinKey('x'),
    keys.attemptKey(attempt),
    keys.attemptKey({ ...attempt, attempt: 11 }),
    keys.attemptKey({ ...attempt, round: 11 }),
    keys.bootKey('x'),
    keys.sessionKey('x'),
    keys.callKey('x', 'x'),
    keys.spendingKey('x'),
    keys.effectKeyOf('x'),
    keys.effectListKey('x', 1),
    keys.claimKey('x'),
    keys.slotsKey('x'),
    keys.runnerKey('x'),
    keys.admittedKey('x'),
    keys.dayKey(keys.dayPartition('x', 'x')),
    keys.dayRunKey(keys.dayPartition('x', 'x'), 'x'),
    keys.pauseKey,
    keys.cursorKey('x'),
    keys.deliveryKey('x'),
    keys.bodyKey('x'),
    keys.meaningKey('x'),
    keys.inboxKey(1, 'x'),
  ];
  expect(new Set(all.map(({ pk, sk }) => `${pk} ${sk}`)).size).toBe(all.length);
  const under = (partition: string, prefix: string) =>
    all.filter(({ pk, sk }) => pk === partition && sk.startsWith(prefix)).length;
  const run = keys.runPartition('x');
  expect(under(run, keys.eventPrefix)).toBe(1);
  expect(under(run, keys.effectPrefix)).toBe(1);
  expect(under(run, keys.payloadPrefix)).toBe(1);
  expect(under(run, keys.stagePrefix)).toBe(3);
  expect(under(keys.dayPartition('x', 'x'), keys.dayPrefix)).toBe(1);
  expect(under(keys.runListPartition, keys.runListPrefix('queued'))).toBe(1);
});
