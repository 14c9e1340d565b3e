import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noOutlet } from '../../lib/domain/outlet.ts';
import { bringDown, bringUp, tend } from '../../lib/services/keep-outlet.ts';
import { holds } from '../contract/schedules/generated.ts';
import { OutletWorld, type Work } from './outlet-world.ts';

const processes = 3;
const who = fc.nat({ max: processes - 1 });
// Half a call and its answer are two steps; to make it all takes about forty.
const calls = fc.oneof(fc.constantFrom(1, 2, 3), fc.nat({ max: 60 }));
const what = fc.constantFrom<Work>('bring up', 'tend', 'tend', 'bring down');
type Step =
  | { readonly do: 'begin'; readonly who: number; readonly what: Work }
  | { readonly do: 'go on'; readonly who: number; readonly calls: number }
  | { readonly do: 'die'; readonly who: number }
  | { readonly do: 'runs'; readonly runs: number }
  | { readonly do: 'pause'; readonly paused: boolean }
  | { readonly do: 'happen' }
  | { readonly do: 'wait'; readonly seconds: number };
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin'), who, what }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('go on'), who, calls }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die'), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('runs'), runs: fc.nat({ max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause'), paused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('happen') }) },
  // Around the ends of a lease and of the time that it stays.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), seconds: fc.nat({ max: 700 }) }) },
) as fc.Arbitrary<Step>;

async function take(world: OutletWorld, taken: Step): Promise<void> {
  if (taken.do === 'begin') world.begin(taken.who, taken.what);
  else if (taken.do === 'go on') {
    for (let n = 0; n < taken.calls; n += 1) await world.goOn(taken.who);
  } else if (taken.do === 'die') world.die(taken.who);
  else if (taken.do === 'runs') world.runs = taken.runs;
  else if (taken.do === 'pause') world.paused = taken.paused;
  else if (taken.do === 'happen') world.happen();
  else world.pass(taken.seconds * 1000);
  world.expectPaid();
}

describe('endpoints and proxy', () => {
  test('whatever is cut off half done, whoever works at the same time: what is ready is whole, and it comes to rest', async () => {
    await holds(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        fc.boolean(),
        async (steps, ready, wanted) => {
          const world = new OutletWorld(processes);
          if (ready) await world.rest(true);
          for (const one of steps) await take(world, one);
          await world.rest(wanted);
          await world.rest(!wanted);
          world.expectPaid();
        },
      ),
      { schedules: 100 },
    );
  });

  /** Makes it up to the n-th call, dies there; then nobody wants it, or somebody does. */
  test.each([
    ['made', true],
    ['made', false],
    ['removed', true],
    ['removed', false],
  ])(
    'it is %s up to each single call and cut off there; wanted afterwards: %s',
    async (phase, wanted) => {
      for (let calls = 0; calls < 60; calls += 1) {
        const world = new OutletWorld(1);
        if (phase === 'removed') {
          await world.rest(true);
          world.runs = 0;
          world.pass(11 * 60_000);
        }
        world.begin(0, phase === 'made' ? 'bring up' : 'tend');
        for (let n = 0; n < calls; n += 1) await world.goOn(0);
        await world.rest(wanted);
      }
    },
  );

  test('a run that begins while it is removed stops the removal, and gets it whole', async () => {
    const world = new OutletWorld(2);
    await world.rest(true);
    world.runs = 0;
    world.pass(11 * 60_000);
    world.begin(0, 'tend');
    while (world.phase !== 'removing') await world.goOn(0);
    for (let n = 0; n < 4; n += 1) await world.goOn(0);
    world.begin(1, 'bring up');
    const ready = () => world.phase === 'ready';
    for (let n = 0; n < 400 && !ready(); n += 1) await world.goOn(n);
    expect(world.record).toMatchObject({ phase: 'ready', address: 'proxy' });
  });

  test('once the hours of the month are used up it is removed, and not made before the next', async () => {
    const world = new OutletWorld(1);
    await world.rest(true);
    world.pass(101 * 3_600_000);
    world.begin(0, 'bring up');
    for (let n = 0; n < 100; n += 1) await world.goOn(0);
    await world.rest(false);
    expect(world.record).toMatchObject({
      ...noOutlet,
      fence: expect.any(Number),
      stood: {},
      wantedUntil: expect.any(Number),
    });
    world.now = Date.parse('2026-12-02T00:00:00Z');
    await world.rest(true);
  });
});

describe('while all work is paused', () => {
  const soon = (world: OutletWorld) => world.now + 20 * 60_000;
  const tended = (world: OutletWorld) => {
    const runs = {
      list: async ({ status }: { status?: readonly string[] } = {}) =>
        (status?.includes(world.status) ? [{}] : []) as never,
    };
    return tend({ ...world.undisturbed, runs }, soon(world));
  };

  test('nothing is made for what would begin', async () => {
    const world = new OutletWorld(1);
    world.paused = true;
    expect(await bringUp(world.undisturbed, soon(world))).toBe('paused');
    expect([world.phase, world.standing]).toEqual(['absent', 0]);
  });

  test('it is kept for what is still at work, and not for what is queued', async () => {
    const world = new OutletWorld(1);
    await world.rest(true);
    world.paused = true;
    world.pass(11 * 60_000);
    expect(await tended(world)).toBe('ready');
    world.status = 'queued';
    world.pass(11 * 60_000);
    expect(await tended(world)).toBe('absent');
    expect(world.standing).toBe(0);
  });

  test('it is removed for good at once, although it was wanted a moment ago', async () => {
    const world = new OutletWorld(1);
    await world.rest(true);
    world.paused = true;
    expect(await bringDown(world.undisturbed, soon(world))).toBe('absent');
    expect(world.standing).toBe(0);
  });

  test.each(['bring up', 'tend'] as const)(
    'one that is about to %s at the same time stops, and makes nothing after',
    async (what) => {
      for (let calls = 0; calls < 60; calls += 1) {
        const world = new OutletWorld(1);
        world.runs = 1;
        world.status = 'queued';
        world.begin(0, what);
        for (let n = 0; n < calls; n += 1) await world.goOn(0);
        world.paused = true;
        const down = bringDown(world.undisturbed, soon(world));
        for (let n = 0; n < 400; n += 1) await world.goOn(0);
        expect([calls, await down]).toEqual([calls, 'absent']);
        for (let n = 0; n < 100; n += 1) await world.goOn(0);
        expect([calls, world.phase, world.standing]).toEqual([calls, 'absent', 0]);
      }
    },
  );

  test('what does not go is told as it stands, once the time is over', async () => {
    const world = new OutletWorld(1);
    await world.rest(true);
    const stuck = { ...world.undisturbed, parts: { remove: async () => ({ gone: false }) } };
    expect(await bringDown(stuck, soon(world))).toBe('removing');
  });
});
