import { expect, test } from '@jest/globals';
import { repeat } from '../../../lib/local/server/repeat.ts';

const day = 86_400_000;

/** Work that ends when it is told to. */
function steps() {
  const ends: (() => void)[] = [];
  let began: (() => void) | undefined;
  const work = () =>
    new Promise<number>((resolve) => {
      ends.push(() => resolve(day));
      began?.();
    });
  const times = (count: number) =>
    new Promise<void>((resolve) => {
      began = () => ends.length >= count && resolve();
      began();
    });
  return { ends, work, times };
}

test('woken while it works, it works once more, and never twice at a time', async () => {
  const { ends, work, times } = steps();
  const repeated = repeat('it', work, () => undefined);
  await times(1);
  repeated.wake();
  repeated.wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await times(2);
  ends[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(2);
  repeated.wake();
  await times(3);
  const stopped = repeated.stop();
  ends[2]?.();
  await stopped;
  repeated.wake();
  expect(ends).toHaveLength(3);
});

test('work that fails is told and done again', async () => {
  const told: string[] = [];
  let tries = 0;
  const repeated = repeat(
    'it',
    async () => {
      tries += 1;
      if (tries === 1) throw new Error('no');
      return day;
    },
    (line) => told.push(line),
  );
  while (tries < 2) {
    repeated.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await repeated.stop();
  expect(told).toEqual(['it: Error: no']);
});
