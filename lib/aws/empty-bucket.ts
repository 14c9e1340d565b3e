import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { serviceError } from './service-errors.ts';

/** Pages of a thousand objects. */
const mostPages = 10_000;

/** Deletes all objects of a bucket without versions. Throws `ConfigInvalid`, `StorageFailed`. */
export async function emptyBucket(s3: S3Client, Bucket: string): Promise<void> {
  try {
    for (let page = 0; page < mostPages; page += 1) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key = '' }) => ({ Key }));
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
  } catch (error) {
    throw serviceError(error, `the bucket ${Bucket} can't be emptied`);
  }
}
