import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';

/** What every `SlotStore` does. Each test gets a store of its own. */
export function slotStoreContract(make: () => Promise<Pick<Ports, 'slots'>>): void {
  test('gives no more slots than there are', async () => {
    const { slots } = await make();
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, n) => slots.take('runs', `r-${n}`, 0, 10, 3)),
    );
    expect(asked.filter(Boolean)).toHaveLength(3);
    expect(await slots.holders('runs', 0)).toHaveLength(3);
  });

  test('taking twice is the same as once, and renews', async () => {
    const { slots } = await make();
    expect(await slots.take('runs', 'r-1', 0, 10, 1)).toBe(true);
    expect(await slots.take('runs', 'r-1', 5, 20, 1)).toBe(true);
    expect(await slots.holders('runs', 15)).toEqual(['r-1']);
    expect(await slots.take('runs', 'r-2', 15, 30, 1)).toBe(false);
  });

  test('a renewal that arrives late shortens nothing', async () => {
    const { slots } = await make();
    await slots.take('runs', 'r-1', 5, 20, 1);
    expect(await slots.take('runs', 'r-1', 0, 10, 1)).toBe(true);
    expect(await slots.holders('runs', 20)).toEqual(['r-1']);
  });

  test('a holder keeps its slot where the capacity was lowered', async () => {
    const { slots } = await make();
    await slots.take('runs', 'r-1', 0, 10, 2);
    await slots.take('runs', 'r-2', 0, 10, 2);
    expect(await slots.take('runs', 'r-1', 1, 20, 1)).toBe(true);
    expect(await slots.take('runs', 'r-3', 1, 20, 1)).toBe(false);
  });

  test('a lease lives up to and at its end', async () => {
    const { slots } = await make();
    await slots.take('runs', 'r-1', 0, 10, 1);
    expect(await slots.take('runs', 'r-2', 10, 20, 1)).toBe(false);
    expect(await slots.take('runs', 'r-2', 11, 20, 1)).toBe(true);
    expect(await slots.take('runs', 'r-1', 11, 20, 1)).toBe(false);
    expect(await slots.holders('runs', 11)).toEqual(['r-2']);
  });

  test('freeing twice is the same as once', async () => {
    const { slots } = await make();
    await slots.take('runs', 'r-1', 0, 10, 2);
    await slots.take('runs', 'r-2', 0, 10, 2);
    await slots.release('runs', 'r-1');
    await slots.release('runs', 'r-1');
    await slots.release('runs', 'r-9');
    expect(await slots.holders('runs', 0)).toEqual(['r-2']);
  });

  test('pools do not touch each other', async () => {
    const { slots } = await make();
    expect(await slots.take('a', 'r-1', 0, 10, 1)).toBe(true);
    expect(await slots.take('b', 'r-2', 0, 10, 1)).toBe(true);
    await slots.release('b', 'r-1');
    expect(await slots.holders('a', 0)).toEqual(['r-1']);
  });
}
