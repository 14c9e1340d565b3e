import { expect, test } from '@jest/globals';
import { eventTaker } from '../../../lib/services/gateway/events.ts';
import { withWorld } from './gateway-fixture.ts';

test('told at the same time, no more than an attempt may tell are taken', async () => {
  await withWorld({}, async (world) => {
    const { stage } = await world.open('coder');
    const take = eventTaker(world.ports);
    const events = Array.from({ length: 100 }, () => ({ kind: 'note' }));
    const ends = await Promise.allSettled(
      Array.from({ length: 60 }, () => take(stage, { events })),
    );
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(ends.at(-1)).toMatchObject({ reason: { name: 'RequestInvalid' } });
    expect(await world.events('sandbox.note')).toHaveLength(5000);
  });
});
