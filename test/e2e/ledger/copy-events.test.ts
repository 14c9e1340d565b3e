import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { copyEvents, type StreamRecord } from '../../../lib/aws/ledger/copy-events.ts';
import { copiedKey } from '../../../lib/aws/store/keys.ts';
import { writeOnceBucket } from '../../../lib/aws/write-once.ts';
import { event } from '../../contract/examples.ts';
import { ledgerMaker, s3Client } from './open-ledger.ts';

const make = ledgerMaker();

/** A ledger with some events, and what the table's stream tells of all its items. */
async function streamed() {
  const made = await make();
  await made.ledger.putPayload('r-1', 'content');
  await made.ledger.append('r-1', [event('one'), event('two', { text: 'ü' })]);
  await made.ledger.append('r-2', [event('other')]);
  const scan = new ScanCommand({ TableName: made.tableName, ConsistentRead: true });
  const { Items = [] } = await made.client.send(scan);
  return { ...made, records: Items.map(recordOf) };
}

function recordOf(item: Record<string, AttributeValue>, n: number): StreamRecord {
  const NewImage = item as Record<string, { S?: string }>;
  return { eventName: 'INSERT', dynamodb: { SequenceNumber: `10${n}`, NewImage } };
}
const skOf = ({ dynamodb }: StreamRecord) => dynamodb?.NewImage?.sk?.S ?? '';
const changed = (record: StreamRecord, change: Record<string, { S: string }>): StreamRecord => ({
  ...record,
  dynamodb: { ...record.dynamodb, NewImage: { ...record.dynamodb?.NewImage, ...change } },
});

test('copies the events among the records, once, and nothing else', async () => {
  const { records, bucket, ledger, table, verify } = await streamed();
  expect(records.length).toBeGreaterThan(3);
  expect(await copyEvents(bucket, records)).toEqual([]);
  expect(await copyEvents(bucket, [...records, ...records].reverse())).toEqual([]);
  const events = [...(await bucket.list('')).keys()].filter((key) => key.includes('events'));
  expect(events).toEqual([
    'r-1/events/00000000.json',
    'r-1/events/00000001.json',
    'r-2/events/00000000.json',
  ]);
  expect(await verify('r-2')).toMatchObject({ ok: true, sealed: false, events: 1 });
  await ledger.flush('r-1');
  expect(await table.get(copiedKey('r-1'))).toMatchObject({ seq: 1 });
  await ledger.seal('r-1', { outcome: 'merged', models: [], definition: 'd' });
  expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
});

test('names the records that failed, and copies the others', async () => {
  const { records, bucket } = await streamed();
  const at = records.findIndex((record) => skOf(record) === 'event#00000001');
  await bucket.put('r-2/events/00000000.json', 'forged');
  const forged = records.findIndex(
    (record) => skOf(record).startsWith('event#') && record.dynamodb?.NewImage?.pk?.S === 'run#r-2',
  );
  const broken = records.map((record, n) =>
    n === at ? changed(record, { bytes: { S: '{}' } }) : record,
  );
  const failures = await copyEvents(bucket, broken);
  expect(failures.map(({ sequenceNumber }) => sequenceNumber).sort()).toEqual(
    [`10${at}`, `10${forged}`].sort(),
  );
  for (const { error } of failures) expect(error).toMatchObject({ name: 'LedgerConflict' });
  expect([...(await bucket.list('r-1/events/')).keys()]).toEqual(['r-1/events/00000000.json']);
});

test.each([
  ['a run that is no name', { pk: { S: 'run#../r-1' } }],
  ['a number with other digits', { sk: { S: 'event#1' } }],
  ['no number', { sk: { S: 'event#' } }],
  ['no hash', { hash: { S: '' } }],
])('%s is no event', async (_what, change) => {
  const { records, bucket } = await streamed();
  const [record] = records.filter((each) => skOf(each) === 'event#00000001');
  const failures = await copyEvents(bucket, [changed(record ?? {}, change)]);
  expect(failures).toHaveLength(1);
  expect(await bucket.list('')).toEqual(
    new Map([[expect.stringContaining('payloads'), expect.any(String)]]),
  );
});

test('a change of an event that stands is not copied', async () => {
  const { records, bucket } = await streamed();
  const modified = records.map((record) => ({ ...record, eventName: 'MODIFY' }));
  expect(await copyEvents(bucket, modified)).toEqual([]);
  expect(await bucket.list('r-1/events/')).toEqual(new Map());
});

test('a bucket that is away fails every event', async () => {
  const { records, bucketName } = await streamed();
  const away = writeOnceBucket(s3Client('http://127.0.0.1:1'), bucketName);
  const failures = await copyEvents(away, records);
  expect(failures).toHaveLength(3);
  for (const { error } of failures) expect(error).toMatchObject({ name: 'StorageFailed' });
});
