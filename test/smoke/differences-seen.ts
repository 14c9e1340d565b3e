import { readFileSync } from 'node:fs';
import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetObjectRetentionCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Outputs } from '../../localstack/deploy.ts';

/** How many of the emulator's differences were looked at, of how many there are. */
function lookedAt(seen: number): string {
  const list = readFileSync(new URL('../../localstack/differences.md', import.meta.url), 'utf8');
  const all = list.match(/^### /gm)?.length ?? 0;
  return `${seen} of the ${all} entries of localstack/differences.md were looked at; of the other ${all - seen} this says nothing`;
}

/** What the emulator leaves out when it is asked by a template, as an account has it; and how little of all that is. */
export async function differencesSeen(
  { TableName, LedgerBucket: Bucket }: Pick<Outputs, 'TableName' | 'LedgerBucket'>,
  run: string,
  { dynamo, s3 } = { dynamo: new DynamoDBClient({}), s3: new S3Client({}) },
): Promise<readonly string[]> {
  const time = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  const backups = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
  const { Versions = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: `${run}/`, MaxKeys: 1 }),
  );
  const [{ Key, VersionId } = {}] = Versions;
  const lock = await s3.send(new GetObjectRetentionCommand({ Bucket, Key, VersionId }));
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const seen: Record<string, unknown> = {
    'time to live (template-time-to-live)': time.TimeToLiveDescription?.TimeToLiveStatus,
    'recovery (template-point-in-time-recovery)': recovery?.PointInTimeRecoveryStatus,
    'lock on an object of the ledger (template-object-lock)': lock.Retention?.Mode,
  };
  const lines = Object.entries(seen).map(([what, value]) => `${what}: ${value ?? 'not there'}`);
  return [...lines, lookedAt(lines.length)];
}
