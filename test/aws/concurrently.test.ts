import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { concurrently } from '../../lib/aws/concurrently.ts';

test('works on all, and never on more than so many at a time', async () => {
  const done: number[] = [];
  let at = 0;
  let most = 0;
  await concurrently(3, [5, 1, 4, 2, 3, 0, 6], async (n) => {
    at += 1;
    most = Math.max(most, at);
    await pause(n);
    at -= 1;
    done.push(n);
  });
  expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

test('begins none after one has failed', async () => {
  const begun: number[] = [];
  const work = async (n: number) => {
    begun.push(n);
    if (n === 1) throw new Error('first');
    await pause(5);
  };
  await expect(concurrently(2, [0, 1, 2, 3], work)).rejects.toThrow('first');
  await pause(20);
  expect(begun).toEqual([0, 1]);
});
