import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type ClaimedEvent, startTeller } from '../../lib/agent/teller.ts';
import { RequestInvalid, StageLost } from '../../lib/domain/errors.ts';

const event = (n: number): ClaimedEvent => ({ kind: 'e', data: { n } });
const numbers = (events: readonly ClaimedEvent[]) => events.map(({ data }) => Number(data.n));

/** A gateway that takes its time, and refuses some. */
function slowGateway(refuse: (n: number) => Error | undefined = () => undefined) {
  const sent: number[][] = [];
  let running = 0;
  const send = async (events: readonly ClaimedEvent[]) => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    sent.push(numbers(events));
    for (const n of numbers(events)) {
      const error = refuse(n);
      if (error !== undefined) throw error;
    }
  };
  return { sent, send };
}

test('nobody waits; what is told meanwhile goes together, in order', async () => {
  const { sent, send } = slowGateway();
  const { tell, told } = startTeller(send);
  await told();
  for (let n = 1; n <= 150; n += 1) tell(event(n));
  expect(sent).toEqual([]);
  await told();
  expect(sent.flat()).toEqual(Array.from({ length: 150 }, (_, n) => n + 1));
  expect(sent.map(({ length }) => length)).toEqual([100, 50]);
  tell(event(151));
  // Somebody may look on: it goes by itself where nothing else is asked for.
  for (let look = 0; look < 2000 && sent.length < 3; look += 1) await sleep(20);
  expect(sent.at(-1)).toEqual([151]);
});

test('what waits goes beside another request, after what is on its way', async () => {
  const { sent, send } = slowGateway();
  const { tell, beside, told } = startTeller(send);
  expect(await beside()).toEqual([]);
  for (const n of [1, 2]) tell(event(n));
  expect(numbers(await beside())).toEqual([1, 2]);
  for (let n = 1; n <= 101; n += 1) tell(event(n));
  // The hundredth did not wait.
  expect(numbers(await beside())).toEqual([]);
  expect(sent.flat()).toHaveLength(101);
  await told();
  expect(sent.flat()).toHaveLength(101);
});

test('one that is refused is let go alone; a gateway that is away costs what was on its way', async () => {
  const refused = slowGateway((n) => (n === 3 ? new RequestInvalid('long') : undefined));
  const first = startTeller(refused.send);
  for (const n of [1, 2, 3, 4]) first.tell(event(n));
  await first.told();
  expect(refused.sent).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]]);
  let away = true;
  const lost = slowGateway(() => (away ? new StageLost('away') : undefined));
  const second = startTeller(lost.send);
  second.tell(event(1));
  await second.told();
  away = false;
  second.tell(event(2));
  await second.told();
  expect(lost.sent).toEqual([[1], [2]]);
});
