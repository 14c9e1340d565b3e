import { expect, test } from '@jest/globals';
import { chainEvent, sha256 } from '../../lib/domain/ledger.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { event, kindsOf } from './examples.ts';

const facts = { outcome: 'merged', models: ['b', 'a', 'b'], definition: 'd' };
const conflict = { name: 'LedgerConflict' };

/** What every `Ledger` does. Each test gets one of its own. */
export function ledgerContract(make: () => Promise<Pick<Ports, 'ledger'>>): void {
  test('chains events per run and gives the head', async () => {
    const { ledger } = await make();
    const first = chainEvent('r-1', undefined, event('one'));
    const second = chainEvent('r-1', first.head, event('two', { n: 2 }));
    expect(await ledger.append('r-1', [event('one')])).toEqual(first.head);
    expect(await ledger.append('r-1', [event('two', { n: 2 })])).toEqual(second.head);
    expect(await ledger.append('r-1', [])).toEqual(second.head);
    await ledger.append('r-2', [event('other')]);
    expect(await ledger.events('r-1')).toEqual([first.event, second.event]);
    expect(await ledger.events('r-1', 1)).toEqual([second.event]);
    expect(await ledger.events('r-9')).toEqual([]);
  });

  test('writers at the same time never fork the chain', async () => {
    const { ledger } = await make();
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => ledger.append('r-1', [event(`a-${n}`), event('b')])),
    );
    const events = await ledger.events('r-1');
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, n) => n));
  });

  test('all events of one append are stored, or none', async () => {
    const { ledger } = await make();
    await expect(
      ledger.append('r-1', [event('one'), event('two', { n: Number.POSITIVE_INFINITY })]),
    ).rejects.toThrow();
    expect(await ledger.events('r-1')).toEqual([]);
  });

  test('keeps payloads under their SHA-256, per run', async () => {
    const { ledger } = await make();
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    const digest = await ledger.putPayload('r-1', bytes);
    expect(digest).toBe(sha256(bytes));
    expect(await ledger.putPayload('r-1', bytes)).toBe(digest);
    expect(await ledger.payload('r-1', digest)).toEqual(bytes);
    const text = await ledger.putPayload('r-1', 'grüße');
    expect((await ledger.payload('r-1', text)).toString()).toBe('grüße');
    await ledger.payload('r-1', await ledger.putPayload('r-1', ''));
    for (const [run, wanted] of [
      ['r-2', digest],
      ['r-1', sha256('absent')],
      ['r-1', '../manifest.json'],
      ['../r-1', digest],
    ] as const) {
      await expect(ledger.payload(run, wanted)).rejects.toMatchObject({ name: 'NotFound' });
    }
  });

  test('is sealed once; the same seal again is fine, another is not', async () => {
    const { ledger } = await make();
    const head = await ledger.append('r-1', [event('one'), event('two')]);
    expect(await ledger.seal('r-1', facts)).toEqual(head);
    expect(await ledger.seal('r-1', { ...facts, models: ['a', 'b'] })).toEqual(head);
    await expect(ledger.seal('r-1', { ...facts, outcome: 'failed' })).rejects.toMatchObject(
      conflict,
    );
  });

  test('a sealed run takes no event and no new payload', async () => {
    const { ledger } = await make();
    await ledger.append('r-1', [event('one')]);
    const digest = await ledger.putPayload('r-1', 'kept');
    await ledger.seal('r-1', facts);
    await expect(ledger.append('r-1', [event('late')])).rejects.toMatchObject(conflict);
    await expect(ledger.putPayload('r-1', 'late')).rejects.toMatchObject(conflict);
    expect(await ledger.putPayload('r-1', 'kept')).toBe(digest);
    await ledger.flush('r-1');
    expect(await kindsOf(ledger, 'r-1')).toEqual(['one']);
    await ledger.append('r-2', [event('others go on')]);
  });

  test('a run without events cannot be sealed', async () => {
    const { ledger } = await make();
    await expect(ledger.seal('r-1', facts)).rejects.toMatchObject(conflict);
  });
}
