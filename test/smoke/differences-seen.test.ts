import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { startWire } from '../aws/wire.ts';
import { differencesSeen } from './differences-seen.ts';

test('how few of the differences were looked at is said with them', async () => {
  const { client } = await startWire(({ operation }) => {
    if (/^GET .*[?&]versions/.test(operation)) {
      const version = '<Version><Key>r-1/0</Key><VersionId>v</VersionId></Version>';
      return { body: `<ListVersionsResult>${version}</ListVersionsResult>` };
    }
    if (/^GET .*[?&]retention/.test(operation)) {
      return { body: '<Retention><Mode>GOVERNANCE</Mode></Retention>' };
    }
    return { body: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } } };
  });
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const place = { TableName: 'table', LedgerBucket: 'ledger' };
  const said = await differencesSeen(place, 'r-1', { dynamo: new DynamoDBClient(client), s3 });
  expect(said).toEqual([
    'time to live (template-time-to-live): ENABLED',
    'recovery (template-point-in-time-recovery): not there',
    'lock on an object of the ledger (template-object-lock): GOVERNANCE',
    expect.stringMatching(/^3 of the (\d\d) entries of \S+ were looked at; of the other \d\d this/),
  ]);
});
