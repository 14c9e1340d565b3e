import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';

/** What every `PauseStore` does. Each test gets stores of its own. */
export function pauseStoreContract(make: () => Promise<Pick<Ports, 'pauses'>>): void {
  test('a pause stands until it is lifted; the first one stays', async () => {
    const { pauses } = await make();
    expect(await pauses.get()).toBeUndefined();
    const first = { at: 1, by: 'ada', reason: 'too many' };
    expect(await pauses.pause(first)).toEqual(first);
    expect(await pauses.pause({ at: 2, by: 'bob' })).toEqual(first);
    expect(await pauses.get()).toEqual(first);
    expect(await pauses.resume()).toBe(true);
    expect(await pauses.get()).toBeUndefined();
    expect(await pauses.resume()).toBe(false);
  });
}
