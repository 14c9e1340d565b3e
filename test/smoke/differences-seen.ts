import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetObjectRetentionCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Outputs } from '../../localstack/deploy.ts';

/** What the emulator leaves out when it is asked by a template, as an account has it. */
export async function differencesSeen(
  { TableName, LedgerBucket: Bucket }: Outputs,
  run: string,
): Promise<readonly string[]> {
  const dynamo = new DynamoDBClient({});
  const s3 = new S3Client({});
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
  return Object.entries(seen).map(([what, value]) => `${what}: ${value ?? 'not there'}`);
}
