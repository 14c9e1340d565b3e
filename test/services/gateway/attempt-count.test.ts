import { expect, test } from '@jest/globals';
import { attemptCount } from '../../../lib/services/gateway/attempt-count.ts';
import { stageEvent } from '../../../lib/services/gateway/gateway-ports.ts';
import { withWorld } from './gateway-fixture.ts';

/** The ports of a world, and how often its ledger was read. */
function watched<P extends { ledger: { events: (...given: never[]) => unknown } }>(ports: P) {
  const reads = { number: 0 };
  const events = (...given: never[]) => {
    reads.number += 1;
    return ports.ledger.events(...given);
  };
  return { reads, ports: { ...ports, ledger: { ...ports.ledger, events } } as P };
}

test('each attempt is counted by itself, from what the ledger holds of it, which is read once', async () => {
  await withWorld({}, async (world) => {
    const { ports, reads } = watched(world.ports);
    const { stage } = await world.open('coder');
    const other = (await world.open('reviewer')).stage;
    const told = stageEvent(ports, world.run, stage, { kind: 'note' });
    await ports.ledger.append(world.run.id, [told, { ...told, kind: 'else' }]);
    const fits = attemptCount(3, ({ kind }) => kind === 'note');
    expect(await fits(ports, stage, 3)).toBe(false);
    expect(await fits(ports, stage, 2)).toBe(true);
    expect(await fits(ports, stage, 1)).toBe(false);
    expect(reads.number).toBe(1);
    expect(await fits(ports, other, 3)).toBe(true);
  });
});

test('a count is forgotten once its attempt can not speak any more', async () => {
  await withWorld({}, async (world) => {
    const { ports, reads } = watched(world.ports);
    const { stage } = await world.open('coder');
    const fits = attemptCount(3, () => true);
    await fits(ports, stage, 1);
    world.ahead = stage.deadline - Date.now() + 60_000;
    const next = (await world.open('coder')).stage;
    await fits(ports, next, 1);
    await fits(ports, next, 1);
    expect(reads.number).toBe(2);
    await fits(ports, stage, 1);
    expect(reads.number).toBe(3);
  });
});

test('a ledger that could not be read is asked again', async () => {
  await withWorld({}, async (world) => {
    const { stage } = await world.open('coder');
    const { ledger } = world.ports;
    let broken = true;
    const events: typeof ledger.events = async (...given) => {
      if (broken) throw new Error('the table is on fire');
      return ledger.events(...given);
    };
    const ports = { ...world.ports, ledger: { ...ledger, events } };
    const fits = attemptCount(1, () => true);
    await expect(fits(ports, stage, 1)).rejects.toThrow('on fire');
    broken = false;
    expect(await fits(ports, stage, 1)).toBe(true);
  });
});
