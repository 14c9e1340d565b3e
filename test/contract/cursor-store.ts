import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';

/** What every `CursorStore` does. Each test gets a store of its own. */
export function cursorStoreContract(make: () => Promise<Pick<Ports, 'cursors'>>): void {
  test('keeps the last value of each name', async () => {
    const { cursors } = await make();
    expect(await cursors.get('ada/sums')).toBeUndefined();
    await cursors.set('ada/sums', '1');
    await cursors.set('ada/other', 'x');
    await cursors.set('ada/sums', '2');
    expect(await cursors.get('ada/sums')).toBe('2');
    expect(await cursors.get('ada/other')).toBe('x');
  });
}
