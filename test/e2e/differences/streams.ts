import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { functionOf, nameOf, type Probed } from '../probe-tools.ts';
import type { Probe } from './probe.ts';

/** How often a function is called for one record of a table's stream within some seconds, or until that is three times; one retry is allowed. */
async function callsForARecord(on: Probed, body: string): Promise<number> {
  const TableName = nameOf('probe');
  const made = await on.dynamo.send(
    new CreateTableCommand({
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  );
  const file = join(mkdtempSync(join(tmpdir(), 'entropy-calls-')), 'calls');
  const source = `import { appendFileSync } from 'node:fs';
    export const handler = async (event) => { appendFileSync(process.env.CALLS, 'x'); ${body} };`;
  const FunctionName = await functionOf(on, source, { CALLS: file });
  await on.lambda.send(
    new CreateEventSourceMappingCommand({
      ...{ FunctionName, EventSourceArn: made.TableDescription?.LatestStreamArn },
      ...{ StartingPosition: 'TRIM_HORIZON', BatchSize: 1, MaximumRetryAttempts: 1 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  await on.dynamo.send(new PutItemCommand({ TableName, Item: { pk: { S: '1' } } }));
  const calls = () => (existsSync(file) ? readFileSync(file, 'utf8').length : 0);
  for (let n = 0; n < 80 && calls() < 3; n += 1) await sleep(100);
  const counted = calls();
  rmSync(dirname(file), { recursive: true });
  return counted;
}

/** Functions that read a table's stream. */
export const streams: Readonly<Record<string, Probe>> = {
  'stream-partial-batch': async (on) => {
    const failing =
      'return { batchItemFailures: event.Records.map((r) => ({ itemIdentifier: r.dynamodb.SequenceNumber })) };';
    return (await callsForARecord(on, failing)) === 2;
  },

  'stream-maximum-retries': async (on) =>
    (await callsForARecord(on, "throw new Error('poison');")) === 2,
};
