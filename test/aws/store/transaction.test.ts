import { expect, test } from '@jest/globals';
import { unchanged, type Write } from '../../../lib/aws/store/transaction.ts';
import { refusal, type WireAnswer } from '../wire.ts';
import { cancelled, operations, tableAnswering } from './table-wire.ts';

const key = { pk: 'p', sk: 's' };
const writes: readonly Write[] = [
  { name: 'head', put: { ...key, seq: 1 }, when: 'absent' },
  { name: 'claim', put: { pk: 'q', sk: 's', body: 'x' }, when: { v: 'v-1', ended: undefined } },
  { name: 'list', delete: { pk: 'l', sk: 's' } },
  { name: 'seen', check: { pk: 'm', sk: 's' }, when: unchanged({ v: 'v-2' }) },
];
const reset: WireAnswer = { status: 0 };
const failed = { name: 'StorageFailed' };

/** One write on a service that gives these answers. `told` is what each decision was told. */
async function write(answers: readonly WireAnswer[], maxAttempts = 1) {
  const { calls, table } = await tableAnswering(answers, maxAttempts);
  const told: (readonly string[])[] = [];
  const result = table.write(async (unmet) => {
    told.push(unmet);
    return { result: `decided ${told.length}`, writes };
  });
  const tokens = () => calls.map(({ body }) => body.ClientRequestToken);
  return { calls, told, result, tokens };
}

test('each part is sent with its condition, under a token that each item names as well', async () => {
  const { calls, result, tokens } = await write([{}]);
  expect(await result).toBe('decided 1');
  expect(operations(calls)).toEqual(['TransactWriteItems']);
  const [v] = tokens();
  expect(calls[0]?.body.TransactItems).toEqual([
    {
      Put: {
        TableName: 'table',
        Item: { pk: { S: 'p' }, sk: { S: 's' }, seq: { N: '1' }, v: { S: v } },
        ConditionExpression: 'attribute_not_exists(#0)',
        ExpressionAttributeNames: { '#0': 'pk' },
      },
    },
    {
      Put: {
        TableName: 'table',
        Item: { pk: { S: 'q' }, sk: { S: 's' }, body: { S: 'x' }, v: { S: v } },
        ConditionExpression: '#0 = :0 AND attribute_not_exists(#1)',
        ExpressionAttributeNames: { '#0': 'v', '#1': 'ended' },
        ExpressionAttributeValues: { ':0': { S: 'v-1' } },
      },
    },
    { Delete: { TableName: 'table', Key: { pk: { S: 'l' }, sk: { S: 's' } } } },
    {
      ConditionCheck: {
        TableName: 'table',
        Key: { pk: { S: 'm' }, sk: { S: 's' } },
        ConditionExpression: '#0 = :0',
        ExpressionAttributeNames: { '#0': 'v' },
        ExpressionAttributeValues: { ':0': { S: 'v-2' } },
      },
    },
  ]);
});

test.each<[string, WireAnswer]>([
  ['a connection that breaks', reset],
  ['a fault of the service', refusal(500, 'InternalServerError', 'fault')],
  ['one that is under way', refusal(400, 'TransactionInProgressException', 'wait')],
])('after %s the same is sent under the same token', async (_, answer) => {
  const { calls, told, result, tokens } = await write([answer, answer, {}]);
  expect(await result).toBe('decided 1');
  expect(told).toEqual([[]]);
  expect(new Set(tokens()).size).toBe(1);
  expect(calls.map(({ body }) => body)).toEqual(Array(3).fill(calls[0]?.body));
});

test('the SDK sends the same token too', async () => {
  const { result, tokens } = await write([reset, reset, {}], 3);
  await result;
  expect(tokens()).toHaveLength(3);
  expect(new Set(tokens()).size).toBe(1);
});

test('where no answer comes the caller is told, and nothing more is sent', async () => {
  const { calls, told, result } = await write([reset]);
  await expect(result).rejects.toMatchObject(failed);
  await expect(result).rejects.toThrow(/write head, claim, list, seen/);
  expect([calls.length, told.length]).toEqual([3, 1]);
});

test.each<[string, WireAnswer]>([
  ['throttled', refusal(400, 'ThrottlingException', 'slow down')],
  ['over the table', refusal(400, 'ProvisionedThroughputExceededException', 'slow down')],
  ['unfit', refusal(400, 'ValidationException', 'Item size has exceeded the maximum allowed size')],
  ['not allowed', refusal(400, 'AccessDeniedException', 'no')],
])('what is %s was not done: it is said at once', async (_, answer) => {
  const { calls, result } = await write([answer]);
  await expect(result).rejects.toMatchObject(failed);
  expect(calls).toHaveLength(1);
});

test('throttling ends where the SDK tries again', async () => {
  const slow = refusal(400, 'ThrottlingException', 'slow down');
  const { result } = await write([slow, slow, {}], 3);
  expect(await result).toBe('decided 1');
});

test('what refuses is known by name, and it is decided again under another token', async () => {
  const { told, result, tokens } = await write([
    cancelled('ConditionalCheckFailed', 'TransactionConflict', 'None', 'ConditionalCheckFailed'),
    cancelled('None', 'ThrottlingError', 'None', 'ProvisionedThroughputExceeded'),
    {},
  ]);
  expect(await result).toBe('decided 3');
  expect(told).toEqual([[], ['head', 'seen'], []]);
  expect(new Set(tokens()).size).toBe(3);
});

test('a refusal that no second try can change is said at once', async () => {
  const { calls, result } = await write([cancelled('None', 'ValidationError', 'None', 'None')]);
  await expect(result).rejects.toMatchObject(failed);
  await expect(result).rejects.toThrow(/claim: ValidationError because of ValidationError/);
  expect(calls).toHaveLength(1);
});

test('a cancellation without reasons is no success', async () => {
  await expect((await write([cancelled()])).result).rejects.toMatchObject(failed);
});
