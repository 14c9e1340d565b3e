import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { clockSkewMs } from '../../../lib/domain/claim.ts';
import { RunHeld, StorageFailed } from '../../../lib/domain/errors.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { alone, runLease } from '../../../lib/services/lifecycle/alone.ts';
import { performEffect } from '../../../lib/services/publisher/perform-effect.ts';
import { postReview } from '../../../lib/services/publisher/post-review.ts';
import { publishChange } from '../../../lib/services/publisher/publish-change.ts';
import { tellBegun } from '../../../lib/services/publisher/tell-progress.ts';
import { reviewOf } from '../publisher/publishing.ts';
import { onPlayground, roundOf } from '../publisher/whole-run.ts';

type On = Awaited<ReturnType<typeof onPlayground>>;

let on: On;
let id: string;
beforeEach(async () => {
  on = await onPlayground();
  ({ id } = await on.run());
});
afterEach(() => on.close());

/** Two calls at once, the first of which stops between its first intent and the write until the other has come as far, or ended. */
async function twoAtOnce(call: (ports: Ports) => Promise<unknown>): Promise<unknown[]> {
  let stopped = 0;
  const other = Promise.withResolvers<void>();
  const { effects } = on.ports;
  const intend: typeof effects.intend = async (...asked) => {
    const intended = await effects.intend(...asked);
    stopped += 1;
    if (stopped > 1) other.resolve();
    await other.promise;
    return intended;
  };
  const ports = { ...on.ports, effects: { ...effects, intend } };
  const told = () =>
    call(ports)
      .then(
        () => 'done',
        (error: Error) => error.name,
      )
      .finally(other.resolve);
  return Promise.all([told(), told()]);
}

describe.each([
  {
    what: 'a comment',
    prepare: async () => {},
    step: async (ports: Ports) => tellBegun(ports, await on.run()),
    written: () => on.get('/issues/1/comments') as Promise<unknown[]>,
  },
  {
    what: 'a review',
    prepare: async () => {
      const { branch, commit, pullRequest } = await publishChange(
        on.ports,
        await on.run(),
        await roundOf(on, 1),
      );
      await on.ports.runs.update(id, ['running'], { branch, commit, pullRequest }, []);
    },
    step: async (ports: Ports) =>
      postReview(ports, await on.run(), { round: 1, review: reviewOf('request-changes') }),
    written: () => on.get('/pulls/2/reviews') as Promise<unknown[]>,
  },
])('a step that writes $what, called for twice at a time', ({ prepare, step, written }) => {
  beforeEach(prepare);

  test('writes it twice where both are at the run', async () => {
    await twoAtOnce(step);
    expect(await written()).toHaveLength(2);
  });

  test('writes it once where each is alone', async () => {
    const call = () => (ports: Ports) => alone(ports, id, step);
    expect((await twoAtOnce(call())).sort()).toEqual(['RunHeld', 'done']);
    expect(await written()).toHaveLength(1);
    await call()(on.ports);
    expect(await written()).toHaveLength(1);
  });
});

test('the run is let go of, whatever came of the step', async () => {
  expect(await alone(on.ports, id, async () => 7)).toBe(7);
  const fails = alone(on.ports, id, async () => {
    throw new StorageFailed('the disk is full');
  });
  await expect(fails).rejects.toThrow(StorageFailed);
  expect(await on.ports.runners.holder(id, 0)).toBeUndefined();
});

test('what was done is done, though the run could not be let go of', async () => {
  const release = async () => {
    throw new StorageFailed('throttled');
  };
  const ports = { ...on.ports, runners: { ...on.ports.runners, release } };
  expect(await alone(ports, id, async () => 7)).toBe(7);
  await expect(alone(on.ports, id, async () => 8)).rejects.toThrow(RunHeld);
});

test('one that was killed keeps the run until its lease is over by every clock', async () => {
  const killed = Promise.withResolvers<void>();
  const stop = Promise.withResolvers<void>();
  const { runners } = on.ports;
  let until = 0;
  const lease: typeof runners.lease = (run, name, now, end) => {
    until = end;
    return runners.lease(run, name, now, end);
  };
  // It renews no more, as its clock stands still.
  const at = Date.now();
  const dying = alone(
    { ...on.ports, runners: { ...runners, lease }, clock: { now: () => at } },
    id,
    () => {
      killed.resolve();
      return stop.promise;
    },
  );
  await killed.promise;
  const later = (now: number) =>
    alone({ ...on.ports, clock: { now: () => now } }, id, async () => 7);
  await expect(later(until + clockSkewMs)).rejects.toThrow(RunHeld);
  expect(await later(until + clockSkewMs + 1)).toBe(7);
  stop.resolve();
  await dying;
});

test.each([false, true])(
  'one that slept through its lease writes nothing; asked to stop: %s',
  async (stops) => {
    let now = Date.now();
    const clock = { now: () => now };
    const ports = { ...on.ports, clock };
    let acted = 0;
    const effect = (held: Ports) => async (n: number) => {
      const work = { find: async () => undefined, act: async () => ({ acted: ++acted }) };
      const manner = { ...work, evenIfCancelled: stops };
      return performEffect(held, await on.run(), `${id}/comment/${n}`, 'comment', manner);
    };
    if (stops) await on.ports.claims.requestCancel(on.key, id, now, []);
    const sleeper = alone(ports, id, async (held) => {
      await effect(held)(1);
      now += 26_000;
      // Another has been at the run meanwhile, and has gone.
      await alone(ports, id, async (other) => effect(other)(2));
      await effect(held)(3);
    });
    await expect(sleeper).rejects.toThrow(RunHeld);
    expect(acted).toBe(2);
  },
);

test('a lease that was slept through is not taken again: another has done what was still to do', async () => {
  let now = Date.now();
  const { runners } = on.ports;
  const lease = runLease({ clock: { now: () => now }, runners }, id, 'sleeper');
  expect(lease.stands()).toBe(false);
  expect(await lease.take(now, now + 15_000)).toBe(true);
  now += 15_000;
  expect(lease.stands()).toBe(true);
  expect(await lease.take(now, now + 15_000)).toBe(true);
  now += 15_001;
  expect(lease.stands()).toBe(false);
  expect(await lease.take(now, now + 15_000)).toBe(false);
});
