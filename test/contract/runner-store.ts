import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';

/** What every `RunnerStore` does. Each test gets a store of its own. */
export function runnerStoreContract(make: () => Promise<Pick<Ports, 'runners'>>): void {
  test('of many instances that ask, one walks the run', async () => {
    const { runners } = await make();
    const asked = await Promise.all(
      Array.from({ length: 6 }, (_, n) => runners.lease('r-1', `i-${n}`, 0, 10)),
    );
    expect(asked.filter(Boolean)).toHaveLength(1);
  });

  test('an instance renews its own lease; another takes it only after its end', async () => {
    const { runners } = await make();
    expect(await runners.holder('r-1', 0)).toBeUndefined();
    expect(await runners.lease('r-1', 'i-1', 0, 10)).toBe(true);
    expect(await runners.lease('r-1', 'i-1', 9, 20)).toBe(true);
    expect(await runners.lease('r-1', 'i-2', 20, 30)).toBe(false);
    expect(await runners.holder('r-1', 20)).toBe('i-1');
    expect(await runners.holder('r-1', 21)).toBeUndefined();
    expect(await runners.lease('r-1', 'i-2', 21, 30)).toBe(true);
    expect(await runners.lease('r-1', 'i-1', 22, 40)).toBe(false);
    expect(await runners.holder('r-1', 22)).toBe('i-2');
  });

  test('only the holder releases', async () => {
    const { runners } = await make();
    await runners.lease('r-1', 'i-1', 0, 10);
    await runners.release('r-1', 'i-2');
    expect(await runners.holder('r-1', 0)).toBe('i-1');
    await runners.release('r-1', 'i-1');
    await runners.release('r-1', 'i-1');
    expect(await runners.lease('r-1', 'i-2', 0, 10)).toBe(true);
  });
}
