import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll } from '@jest/globals';
import { callLimits } from '../../../lib/aws/call-limits.ts';
import { dynamoLedger } from '../../../lib/aws/ledger/ledger.ts';
import { writeOnceBucket } from '../../../lib/aws/write-once.ts';
import type { Signer } from '../../../lib/domain/ports.ts';
import { verifyFolder } from '../../../lib/local/ledger/verify-folder.ts';
import { endpoint, tableMaker } from '../store/open-table.ts';

const { publicKey: key, privateKey } = generateKeyPairSync('ed25519');
const publicKey = key.export({ type: 'spki', format: 'pem' }).toString();

/** A key of this process. */
export const signer: Signer = {
  publicKey,
  sign: async (bytes) => sign(null, bytes, privateKey),
};

/** A client of the emulator's S3, or of what stands before it. */
export function s3Client(url = endpoint): S3Client {
  return new S3Client({
    ...callLimits(5_000),
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
}

/** A bucket with Object Lock, as the stack makes it; what it takes is kept for a day. */
async function makeLedgerBucket(s3: S3Client, Bucket: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
      },
    }),
  );
}

/** Gives a ledger on a table and a bucket of its own at each call. */
export function ledgerMaker() {
  const makeTable = tableMaker();
  const s3 = s3Client();
  const root = mkdtempSync(join(tmpdir(), 'entropy-ledger-'));
  afterAll(() => {
    s3.destroy();
    rmSync(root, { recursive: true, force: true });
  });
  return async ({ objects = s3, patience = { writeMs: 2_000, skewMs: 0 } } = {}) => {
    const { table, client, tableName } = await makeTable();
    const bucketName = `${tableName}-ledger`;
    await makeLedgerBucket(s3, bucketName);
    const bucket = writeOnceBucket(objects, bucketName);
    const ledger = dynamoLedger({ table, bucket, signer: async () => signer, patience });
    const download = (run: string) =>
      downloadRun(s3, { bucketName, run, folder: join(root, bucketName) });
    const verify = async (run: string) => verifyFolder(await download(run), publicKey, { run });
    return { ledger, table, client, tableName, bucket, bucketName, s3, download, verify };
  };
}

/** What stands under `<run>/`, as it would be verified offline. */
async function downloadRun(
  s3: S3Client,
  { bucketName: Bucket, run, folder }: { bucketName: string; run: string; folder: string },
): Promise<string> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: `${run}/` }),
  );
  const keys = Versions.map(({ Key = '' }) => Key);
  if (DeleteMarkers.length > 0 || new Set(keys).size < keys.length) {
    throw new Error(`something was written over in ${run}: ${keys}`);
  }
  for (const Key of keys) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    mkdirSync(dirname(join(folder, Key)), { recursive: true });
    writeFileSync(join(folder, Key), (await Body?.transformToByteArray()) ?? '');
  }
  return join(folder, run);
}
