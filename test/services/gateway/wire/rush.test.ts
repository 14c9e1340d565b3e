import { expect, test } from '@jest/globals';
import { rushGuard } from '../../../../lib/services/gateway/wire/rush.ts';

const stage = { run: 'r-1', role: 'coder', round: 1, attempt: 1 } as const;
const tooMany = (message: string) => expect.objectContaining({ name: 'TooManyCalls', message });

/** A guard and the clock that it goes by, in milliseconds. */
function guarded(limits: { atOnce: number; perMinute: number }) {
  const clock = { at: 1_000_000 };
  return { clock, enter: rushGuard(limits, () => clock.at) };
}

test('so many calls may begin in any minute, however soon they end', () => {
  const { clock, enter } = guarded({ atOnce: 9, perMinute: 3 });
  const refused = tooMany('an attempt may make 3 model calls a minute');
  enter(stage).leave();
  clock.at += 20_000;
  enter(stage).leave();
  enter(stage).leave();
  clock.at += 39_999;
  expect(() => enter(stage)).toThrow(refused);
  clock.at += 1;
  // The first is a minute old: one may come in its place, and what was refused counts for nothing.
  enter(stage).leave();
  expect(() => enter(stage)).toThrow(refused);
  clock.at += 60_000;
  for (let n = 0; n < 3; n += 1) enter(stage).leave();
  expect(() => enter(stage)).toThrow(refused);
});

test('so many calls may be under way, however long ago they began', () => {
  const { clock, enter } = guarded({ atOnce: 2, perMinute: 9 });
  const [first, second] = [enter(stage), enter(stage)];
  expect([first.overlapped, second.overlapped]).toEqual([true, true]);
  clock.at += 600_000;
  expect(() => enter(stage)).toThrow(tooMany('an attempt may have 2 model calls at once'));
  first.leave();
  first.leave();
  enter(stage);
  expect(() => enter(stage)).toThrow(tooMany('an attempt may have 2 model calls at once'));
});

test('one attempt takes nothing from another', () => {
  const { enter } = guarded({ atOnce: 1, perMinute: 1 });
  enter(stage);
  expect(enter({ ...stage, attempt: 2 }).overlapped).toBe(false);
  expect(enter({ ...stage, run: 'r-2' }).overlapped).toBe(false);
  expect(() => enter(stage)).toThrow(tooMany('an attempt may have 1 model calls at once'));
});
