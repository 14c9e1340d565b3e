import { expect, test } from '@jest/globals';
import { effectKey } from '../../lib/domain/effect.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { event, kindsOf } from './examples.ts';

/** What every `EffectStore` does. Each test gets stores of its own. */
export function effectStoreContract(make: () => Promise<Pick<Ports, 'effects' | 'ledger'>>): void {
  const key = effectKey('r-1', 'commit', 1);

  test('records an intent once, then its receipt', async () => {
    const { effects, ledger } = await make();
    const intended = { key, run: 'r-1', kind: 'commit' } as const;
    expect(await effects.intend(key, 'r-1', 'commit', [event('intent')])).toEqual(intended);
    expect(await effects.intend(key, 'r-1', 'commit', [event('intent')])).toEqual(intended);
    const receipt = { commit: 'abc', number: 3 };
    await effects.receipt(key, receipt, [event('receipt')]);
    await effects.receipt(key, { commit: 'other' }, [event('receipt')]);
    expect(await effects.intend(key, 'r-1', 'commit', [event('intent')])).toEqual({
      ...intended,
      receipt,
    });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['intent', 'receipt']);
  });

  test('a key is one effect of one run', async () => {
    const { effects } = await make();
    await effects.intend(key, 'r-1', 'commit', []);
    await expect(effects.intend(key, 'r-1', 'merge', [])).rejects.toMatchObject({
      name: 'LedgerConflict',
    });
    await expect(effects.intend(key, 'r-2', 'commit', [])).rejects.toMatchObject({
      name: 'LedgerConflict',
    });
  });

  test('there is no receipt without an intent', async () => {
    const { effects } = await make();
    await expect(effects.receipt(key, {}, [])).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('lists the effects of a run in the order they were intended', async () => {
    const { effects } = await make();
    await effects.intend('r-1/label/x', 'r-1', 'label', []);
    await effects.intend('r-2/commit/1', 'r-2', 'commit', []);
    await effects.intend(key, 'r-1', 'commit', []);
    const listed = await effects.list('r-1');
    expect(listed.map((effect) => effect.key)).toEqual(['r-1/label/x', key]);
  });
}
