import { expect, test } from '@jest/globals';
import type { Delivery, Ports } from '../../lib/domain/ports.ts';

function delivery(n: number, change: Partial<Delivery> = {}): Delivery {
  return {
    id: `id-${n}`,
    bodyHash: `body-${n}`,
    semanticKey: `meaning-${n}`,
    event: 'issues',
    intent: { issue: n },
    receivedAt: n,
    ...change,
  };
}

/** What every `InboxStore` does. Each test gets a store of its own. */
export function inboxStoreContract(make: () => Promise<Pick<Ports, 'inbox'>>): void {
  test('accepts a delivery once by id, by body and by meaning', async () => {
    const { inbox } = await make();
    expect(await inbox.accept(delivery(1))).toBe(true);
    expect(await inbox.accept(delivery(1))).toBe(false);
    expect(await inbox.accept(delivery(2, { id: 'id-1' }))).toBe(false);
    expect(await inbox.accept(delivery(2, { bodyHash: 'body-1' }))).toBe(false);
    expect(await inbox.accept(delivery(2, { semanticKey: 'meaning-1' }))).toBe(false);
    expect(await inbox.accept(delivery(2))).toBe(true);
    expect(await inbox.pending(10)).toEqual([delivery(1), delivery(2)]);
  });

  test('gives the oldest first and forgets what is done, but not that it was seen', async () => {
    const { inbox } = await make();
    for (const n of [1, 2, 3]) await inbox.accept(delivery(n));
    expect(await inbox.pending(2)).toEqual([delivery(1), delivery(2)]);
    await inbox.done('id-1', 'run r-1');
    await inbox.done('id-1', 'run r-1');
    expect(await inbox.pending(10)).toEqual([delivery(2), delivery(3)]);
    expect(await inbox.accept(delivery(1))).toBe(false);
  });

  test('goes on behind a delivery that waits, or is done by now', async () => {
    const { inbox } = await make();
    for (const n of [1, 2, 3, 4]) await inbox.accept(delivery(n));
    // Of one moment, in no order that is promised, but each once.
    for (const n of [5, 55]) await inbox.accept(delivery(n, { receivedAt: 5 }));
    const first = await inbox.pending(2);
    await inbox.done('id-2', '');
    const second = await inbox.pending(3, first.at(-1));
    const third = await inbox.pending(3, second.at(-1));
    const ids = [...first, ...second, ...third].map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['id-1', 'id-2', 'id-3', 'id-4']);
    expect(ids.toSorted()).toEqual(['id-1', 'id-2', 'id-3', 'id-4', 'id-5', 'id-55']);
    expect(await inbox.pending(3, third.at(-1))).toEqual([]);
  });

  test('a delivery that never came cannot be done', async () => {
    const { inbox } = await make();
    await expect(inbox.done('id-1', '')).rejects.toMatchObject({ name: 'NotFound' });
  });
}
