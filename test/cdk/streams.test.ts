import { describe, expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const dns = synthesized();
const readers = dns.of('AWS::Lambda::EventSourceMapping');
const readerOf = (name: string) =>
  readers.find(([, each]) => each.Properties.FunctionName.Ref.startsWith(`Functions${name}`))?.[1]
    .Properties ?? {};

test('two read the stream, as many as a shard allows', () => {
  expect(readers).toHaveLength(2);
});

describe.each(readers)('%s', (_id, { Properties }) => {
  test('loses nothing, and lets one bad record hold up no other', () => {
    expect(Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: {
        OnFailure: {
          Destination: { 'Fn::GetAtt': [expect.stringMatching(/^FailuresQueue/), 'Arn'] },
        },
      },
    });
    expect(Properties.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(Properties.MaximumRecordAgeInSeconds).toBeLessThan(86_400);
  });
});

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] };

/** Lambda's filters, as far as these use them: equal, or begins with. */
function matches(pattern: Pattern, record: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (record as Record<string, unknown> | undefined)?.[name];
    if (!Array.isArray(wanted)) return matches(wanted as Pattern, value);
    return wanted.some((one) =>
      typeof one === 'string' ? one === value : String(value).startsWith(one.prefix),
    );
  });
}

/** Whether a reader is called for a change of an item. */
function isTold(reader: string, eventName: string, item: Record<string, string>): boolean {
  const image = Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }]));
  const { pk, sk } = image;
  const record = { eventName, dynamodb: { Keys: { pk, sk }, NewImage: image } };
  return readerOf(reader).FilterCriteria.Filters.some(({ Pattern: text }: { Pattern: string }) =>
    matches(JSON.parse(text) as Pattern, record),
  );
}

const run = (status: string) => ({ pk: 'run#r-1', sk: 'run', status });

test.each([
  ['INSERT', { pk: 'inbox', sk: '1#a' }, true],
  ['REMOVE', { pk: 'inbox', sk: '1#a' }, false],
  ['INSERT', run('queued'), true],
  ['MODIFY', run('running'), false],
  ['MODIFY', run('ending'), false],
  ['MODIFY', run('settled'), true],
  ['REMOVE', { pk: 'pause', sk: 'pause' }, true],
  ['INSERT', { pk: 'pause', sk: 'pause' }, false],
  ['INSERT', { pk: 'run#r-1', sk: 'event#00000001' }, false],
])('%s of %p calls dispatch: %p', (eventName, item, told) => {
  expect(isTold('dispatch', eventName, item)).toBe(told);
});

test.each([
  ['INSERT', { pk: 'run#r-1', sk: 'event#00000001' }, true],
  ['REMOVE', { pk: 'run#r-1', sk: 'event#00000001' }, false],
  ['INSERT', { pk: 'run#r-1', sk: 'head' }, false],
  ['INSERT', run('queued'), false],
])('%s of %p calls the ledger writer: %p', (eventName, item, told) => {
  expect(isTold('ledgerwriter', eventName, item)).toBe(told);
});
