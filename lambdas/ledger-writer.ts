import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { callLimits } from '../lib/aws/call-limits.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { copyEvents } from '../lib/aws/ledger/copy-events.ts';
import { writeOnceBucket } from '../lib/aws/write-once.ts';

const environment = functionEnvironment(process.env);
const bucket = writeOnceBucket(new S3Client(callLimits(5_000)), environment.needed('ledgerBucket'));

/** Copies events from the table's stream to their objects; what failed comes again by itself. */
export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const failed = await copyEvents(bucket, Records as Parameters<typeof copyEvents>[1]);
    for (const { sequenceNumber, error } of failed) {
      console.error(JSON.stringify({ sequenceNumber, error: String(error) }));
    }
    return {
      batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })),
    };
  },
);
