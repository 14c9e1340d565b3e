import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { heldMs, holding } from '../../lib/services/hold-lease.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a renewal that is on its way comes before the release, after which it would take the lease again', async () => {
  const told: string[] = [];
  const renewal = Promise.withResolvers<boolean>();
  const working = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const renewing = Promise.withResolvers<void>();
  const lease = {
    take: async () => {
      if (told.push('take') === 1) return true;
      renewing.resolve();
      const renewed = await renewal.promise;
      told.push('taken');
      return renewed;
    },
    release: async () => void told.push('release'),
  };
  const held = holding({ now: () => 0 }, lease, async () => {
    begun.resolve();
    await working.promise;
    return 7;
  });
  await begun.promise;
  jest.advanceTimersByTime(heldMs / 3);
  await renewing.promise;
  working.resolve();
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  renewal.resolve(true);
  expect(await held).toBe(7);
  expect(told).toEqual(['take', 'take', 'taken', 'release']);
});
