import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { event } from '../../contract/examples.ts';
import { ledgerMaker } from './open-ledger.ts';

const make = ledgerMaker();

/** A sealed run, and the one version of one of its objects. */
async function sealed() {
  const made = await make();
  const { ledger, s3, bucketName: Bucket } = made;
  const payload = await ledger.putPayload('r-1', 'content');
  await ledger.append('r-1', [event('one', { payload })]);
  await ledger.seal('r-1', { outcome: 'merged', models: [], definition: 'd' });
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  return { ...made, Bucket, versions: Versions.map(({ Key, VersionId }) => ({ Key, VersionId })) };
}

test('no version of an object can be deleted, and its time can not be shortened', async () => {
  const { s3, Bucket, versions, verify } = await sealed();
  expect(versions.map(({ Key }) => Key).sort()).toHaveLength(5);
  for (const version of versions) {
    const denied = expect.objectContaining({ name: 'AccessDenied' });
    await expect(s3.send(new DeleteObjectCommand({ Bucket, ...version }))).rejects.toEqual(denied);
    const Retention = {
      Mode: 'GOVERNANCE',
      RetainUntilDate: new Date(Date.now() + 60_000),
    } as const;
    const shorter = new PutObjectRetentionCommand({ Bucket, ...version, Retention });
    await expect(s3.send(shorter)).rejects.toEqual(denied);
  }
  expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
});

test('no object is written over by a writer that asks for a new one', async () => {
  const { s3, Bucket, bucket, versions } = await sealed();
  for (const { Key = '' } of versions) {
    const over = new PutObjectCommand({ Bucket, Key, Body: 'other', IfNoneMatch: '*' });
    await expect(s3.send(over)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(bucket.put(Key, 'other')).rejects.toMatchObject({ name: 'LedgerConflict' });
  }
});
