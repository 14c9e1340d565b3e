import { expect, test } from '@jest/globals';
import { refusal } from '../wire.ts';
import { cancelled, operations, tableAnswering } from './table-wire.ts';

const key = (sk: string) => ({ pk: 'p', sk });
const item = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk }, v: { S: 'v' }, n: { N: '1' } });
const read = (sk: string) => ({ ...key(sk), v: 'v', n: 1 });
const put = { name: 'one', put: { ...key('s'), n: 1 } };
const failed = { name: 'StorageFailed' };

test('reads what was last written', async () => {
  const { calls, table } = await tableAnswering([{ body: { Item: item('s') } }, { body: {} }]);
  expect(await table.get(key('s'))).toEqual(read('s'));
  expect(await table.get(key('s'))).toBeUndefined();
  expect(calls[0]?.body).toMatchObject({ ConsistentRead: true, TableName: 'table' });
});

test('a decision that writes nothing asks nothing of the table', async () => {
  const { calls, table } = await tableAnswering([{}]);
  expect(await table.write(async () => ({ result: 7, writes: [] }))).toBe(7);
  expect(calls).toEqual([]);
});

test('what the rule throws is what the caller gets', async () => {
  const { calls, table } = await tableAnswering([cancelled('ConditionalCheckFailed')]);
  let decisions = 0;
  const refused = table.write(async () => {
    decisions += 1;
    if (decisions === 2) throw new RangeError('not any more');
    return { result: 1, writes: [put] };
  });
  await expect(refused).rejects.toThrow(RangeError);
  expect(calls).toHaveLength(1);
});

test('tries end, and the last refusal is named', async () => {
  const { calls, table } = await tableAnswering([cancelled('TransactionConflict')]);
  const endless = table.write(async () => ({ result: 1, writes: [put] }));
  await expect(endless).rejects.toMatchObject(failed);
  await expect(endless).rejects.toThrow(/30 times, at last because of one \(conflict\)/);
  expect(calls).toHaveLength(30);
});

test('more writes than a transaction holds are refused here', async () => {
  const { calls, table } = await tableAnswering([{}]);
  const writes = Array.from({ length: 101 }, (_, n) => ({ name: `${n}`, put: key(`${n}`) }));
  await expect(table.write(async () => ({ result: 1, writes }))).rejects.toMatchObject(failed);
  expect(calls).toEqual([]);
});

test('a list is read page by page up to its limit', async () => {
  const page = (sks: readonly string[], more: boolean) => ({
    body: { Items: sks.map(item), ...(more && { LastEvaluatedKey: item(sks.at(-1) ?? '') }) },
  });
  const { calls, table } = await tableAnswering([page(['a#1', 'a#2'], true), page(['a#3'], true)]);
  const found = await table.query('p', { prefix: 'a#', from: 'a#1', newestFirst: true, limit: 3 });
  expect(found).toEqual(['a#1', 'a#2', 'a#3'].map(read));
  expect(calls.map(({ body }) => body.Limit)).toEqual([3, 1]);
  expect(calls[1]?.body).toMatchObject({
    ConsistentRead: true,
    ScanIndexForward: false,
    ExclusiveStartKey: item('a#2'),
    ExpressionAttributeValues: {
      ':pk': { S: 'p' },
      ':from': { S: 'a#1' },
      ':to': { S: 'a#\u{10ffff}' },
    },
  });
  expect(await table.query('p', { limit: 0 })).toEqual([]);
});

test('many items are read by the hundred, again where the table gave some back, in the order asked', async () => {
  const keys = Array.from({ length: 130 }, (_, n) => key(String(n)));
  const answer = (from: number, to: number, left: readonly number[] = []) => ({
    body: {
      Responses: {
        table: keys
          .slice(from, to)
          .map(({ sk }) => item(sk))
          .reverse(),
      },
      UnprocessedKeys: left.length > 0 ? { table: { Keys: left.map((n) => keyOf(n)) } } : {},
    },
  });
  const keyOf = (n: number) => ({ pk: { S: 'p' }, sk: { S: String(n) } });
  const all = Array.from({ length: 100 }, (_, n) => n);
  const { calls, table } = await tableAnswering([
    answer(0, 0, all),
    answer(0, 98, [98, 99]),
    answer(98, 129),
  ]);
  const found = await table.getAll(keys);
  expect(found).toEqual(keys.slice(0, 129).map(({ sk }) => read(sk)));
  expect(operations(calls)).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
});

test('a table that gives nothing for long is given up', async () => {
  const left = { table: { Keys: [{ pk: { S: 'p' }, sk: { S: 's' } }] } };
  const { table } = await tableAnswering([{ body: { Responses: {}, UnprocessedKeys: left } }]);
  await expect(table.getAll([key('s')])).rejects.toMatchObject(failed);
});

test('what can not be read is said by the same name', async () => {
  const { table } = await tableAnswering([refusal(400, 'ResourceNotFoundException', 'no table')]);
  await expect(table.get(key('s'))).rejects.toMatchObject(failed);
  await expect(table.getAll([key('s')])).rejects.toMatchObject(failed);
  await expect(table.query('p')).rejects.toThrow(/list p: ResourceNotFoundException: no table/);
});
