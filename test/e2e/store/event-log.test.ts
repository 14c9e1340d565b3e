import { expect, test } from '@jest/globals';
import {
  appendEvents,
  appendItems,
  changeHead,
  eventsFrom,
  headOf,
  isSealed,
  tell,
} from '../../../lib/aws/store/event-log.ts';
import { chainEvent, genesisOf } from '../../../lib/domain/ledger.ts';
import { event } from '../../contract/examples.ts';
import { tableMaker } from './open-table.ts';

const make = tableMaker();
const conflict = { name: 'LedgerConflict' };

test('chains events and gives the head', async () => {
  const { table } = await make();
  const first = chainEvent('r-1', undefined, event('one'));
  const second = chainEvent('r-1', first.head, event('two', { n: 2 }));
  expect(await headOf(table, 'r-1')).toEqual({ seq: -1, hash: genesisOf('r-1') });
  expect(await appendEvents(table, 'r-1', [event('one')])).toEqual(first.head);
  expect(await appendEvents(table, 'r-1', [event('two', { n: 2 })])).toEqual(second.head);
  expect(await appendEvents(table, 'r-1', [])).toEqual(second.head);
  expect(await headOf(table, 'r-1')).toMatchObject(second.head);
  expect(await eventsFrom(table, 'r-1')).toEqual([first.event, second.event]);
  expect(await eventsFrom(table, 'r-1', 1)).toEqual([second.event]);
  expect(await eventsFrom(table, 'r-9')).toEqual([]);
});

test('writers at the same time never fork the chain', async () => {
  const { table } = await make();
  await Promise.all(
    Array.from({ length: 12 }, (_, n) => appendEvents(table, 'r-1', [event(`a-${n}`), event('b')])),
  );
  const events = await eventsFrom(table, 'r-1');
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, n) => n));
});

test('more events than a transaction holds are chained in order, or none where one is unfit', async () => {
  const { table } = await make();
  const many = Array.from({ length: 230 }, (_, n) => event(`e-${n}`));
  await expect(
    appendEvents(table, 'r-1', [...many, event('unfit', { n: Number.NaN })]),
  ).rejects.toThrow();
  expect(await eventsFrom(table, 'r-1')).toEqual([]);
  expect(await appendEvents(table, 'r-1', many)).toMatchObject({ seq: 229 });
  const kinds = (await eventsFrom(table, 'r-1')).map(({ kind }) => kind);
  expect(kinds).toEqual(many.map(({ kind }) => kind));
});

test.each([{ closing: '{}' }, { manifest: '{}' }])('a head with %o takes nothing', async (seal) => {
  const { table } = await make();
  await appendEvents(table, 'r-1', [event('one')]);
  const early = appendItems('r-1', await headOf(table, 'r-1'), [event('late')]);
  const sealed = await table.write(async () => {
    const head = await headOf(table, 'r-1');
    return { result: head, writes: [changeHead('r-1', head, seal)] };
  });
  expect(isSealed(sealed)).toBe(false);
  const head = await headOf(table, 'r-1');
  expect(head).toMatchObject({ seq: 0, hash: sealed.hash, ...seal });
  expect(isSealed(head)).toBe(true);
  await expect(appendEvents(table, 'r-1', [event('late')])).rejects.toMatchObject(conflict);
  await expect(tell(table, 'r-1', [event('late')])).rejects.toMatchObject(conflict);
  expect(await tell(table, 'r-1', [])).toEqual([]);
  // Read before the seal and written after it.
  const unmet: (readonly string[])[] = [];
  await table.write(async (names) => {
    unmet.push(names);
    return { result: undefined, writes: unmet.length === 1 ? early.writes : [] };
  });
  expect(unmet).toEqual([[], ['head']]);
  expect((await eventsFrom(table, 'r-1')).map(({ kind }) => kind)).toEqual(['one']);
});
