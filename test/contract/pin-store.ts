import { expect, test } from '@jest/globals';
import type { PinStore } from '../../lib/domain/source.ts';

const first = { branch: 'main', commit: 'a'.repeat(40) };
const second = { branch: 'main', commit: 'b'.repeat(40) };

/** What every `PinStore` does. Each test gets a store of its own. */
export function pinStoreContract(make: () => Promise<PinStore>): void {
  test('the first pin of a run stands, and runs are apart', async () => {
    const pins = await make();
    expect(await pins.pinned('r-1')).toBeUndefined();
    expect(await pins.keep('r-1', first)).toEqual(first);
    expect(await pins.keep('r-1', second)).toEqual(first);
    expect(await pins.pinned('r-1')).toEqual(first);
    expect(await pins.keep('r-2', second)).toEqual(second);
  });

  test('many that keep at once agree on one', async () => {
    const pins = await make();
    const kept = await Promise.all([first, second, first, second].map((p) => pins.keep('r-1', p)));
    expect(kept).toEqual(kept.map(() => kept[0]));
    expect(await pins.pinned('r-1')).toEqual(kept[0]);
  });

  test('a pin is moved, also to where it stands', async () => {
    const pins = await make();
    await pins.keep('r-1', first);
    await pins.move('r-1', second);
    await pins.move('r-1', second);
    expect(await pins.pinned('r-1')).toEqual(second);
    expect(await pins.keep('r-1', first)).toEqual(second);
    await pins.move('r-2', first);
    expect(await pins.pinned('r-2')).toEqual(first);
  });

  test('a pin is branch and commit, whatever it came with', async () => {
    const pins = await make();
    const more = { ...first, commitDate: 1 };
    expect(await pins.keep('r-1', more)).toEqual(first);
    expect(await pins.pinned('r-1')).toEqual(first);
  });
}
