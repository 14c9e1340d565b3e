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

  test('a delivery that never came cannot be done', async () => {
    const { inbox } = await make();
    await expect(inbox.done('id-1', '')).rejects.toMatchObject({ name: 'NotFound' });
  });
}
