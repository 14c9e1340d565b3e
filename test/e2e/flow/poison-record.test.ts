import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventKey } from '../../../lib/aws/store/keys.ts';
import { sha256 } from '../../../lib/domain/ledger.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { functionsOf } from './fixtures/functions.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

/** An event's item, as it is in the stream. */
function eventItem(run: string, seq: number, hash: string) {
  const { pk, sk } = eventKey(run, seq);
  const text = { pk, sk, bytes: String(seq), hash };
  const Item = Object.fromEntries(Object.entries(text).map(([name, S]) => [name, { S }]));
  return { Put: { TableName: account.outputs.TableName, Item } };
}

/** The queue in which the ledger's writer leaves what it gives up. */
async function failureQueue(): Promise<string> {
  const FunctionName = (await functionsOf(account)).get('ledger-writer')?.FunctionName;
  const asked = new ListEventSourceMappingsCommand({ FunctionName });
  const { EventSourceMappings: [mapping] = [] } = await new LambdaClient({}).send(asked);
  const QueueName = mapping?.DestinationConfig?.OnFailure?.Destination?.split(':').at(-1);
  return (await new SQSClient({}).send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
}

async function objectsOf(run: string): Promise<number> {
  const asked = { Bucket: account.outputs.LedgerBucket, Prefix: `${run}/` };
  const { Versions = [] } = await new S3Client({}).send(new ListObjectVersionsCommand(asked));
  return Versions.length;
}

test('a record that is no event of a run is given up alone; what came with it is copied, and runs go on', async () => {
  const TransactItems = [
    eventItem('r-before', 0, sha256('0')),
    eventItem('r-poison', 0, 'of something else'),
    ...[0, 1, 2].map((seq) => eventItem('r-after', seq, sha256(String(seq)))),
  ];
  await new DynamoDBClient({}).send(new TransactWriteItemsCommand({ TransactItems }));
  const filed = await account.file(bug);
  await until('copies of all that came with it', async () => {
    const [before, after] = await Promise.all(['r-before', 'r-after'].map(objectsOf));
    return (before === 1 && after === 3) || undefined;
  });
  const QueueUrl = await failureQueue();
  const told = await until('what was given up', async () => {
    const received = await new SQSClient({}).send(new ReceiveMessageCommand({ QueueUrl }));
    const [{ Body, ReceiptHandle } = {}] = received.Messages ?? [];
    // Else it is there again after its time of invisibility, which a run may outlast.
    if (Body) await new SQSClient({}).send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Body;
  });
  const { requestContext, DDBStreamBatchInfo: batch } = JSON.parse(told);
  expect(requestContext.condition).toBe('RetryAttemptsExhausted');
  expect(batch).toMatchObject({ batchSize: 1, startSequenceNumber: batch.endSequenceNumber });
  expect(await objectsOf('r-poison')).toBe(0);
  await expectMergedOnce(account, await account.settled(filed));
  const more = await new SQSClient({}).send(new ReceiveMessageCommand({ QueueUrl }));
  expect(more.Messages ?? []).toEqual([]);
}, 1_800_000);
