import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { LedgerConflict, StorageFailed } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** A bucket whose objects are written once. All throw `StorageFailed`, `ConfigInvalid`. */
export interface WriteOnceBucket {
  /** Writes an object once. The same bytes again are fine; others are a `LedgerConflict`. */
  put(key: string, bytes: Uint8Array | string, signal?: AbortSignal): Promise<void>;
  /** The object's bytes; undefined where there is none. */
  read(key: string): Promise<Buffer | undefined>;
  /** Keys that begin with `prefix`, after `after`, each with the MD5 (hex) of its bytes where S3 tells it. */
  list(prefix: string, after?: string): Promise<ReadonlyMap<string, string>>;
}

/** Tries of what the SDK does not repeat: two writers of one key at once, an answer that breaks off. */
const mostTries = 5;
const firstPauseMs = 50;

/** Objects on S3; that none is deleted or replaced is up to the bucket's Object Lock and policy. */
export function writeOnceBucket(s3: S3Client, bucket: string): WriteOnceBucket {
  const read = (key: string) => repeatedly(() => get(s3, bucket, key), `${key} can't be read`);
  return {
    read,
    put: async (key, content, signal) => {
      const bytes = Buffer.from(content);
      const written = await repeatedly(
        () => putIfAbsent(s3, { bucket, key, bytes, signal }),
        `${key} can't be written`,
      );
      if (written) return;
      const found = await read(key);
      if (found === undefined) throw new StorageFailed(`${key} exists already, but can't be read`);
      if (found.equals(bytes)) return;
      throw new LedgerConflict(`${key} exists already with other bytes`);
    },
    list: async (prefix, after) => {
      const found = new Map<string, string>();
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await repeatedly(
          () => listPage(s3, { bucket, prefix, after, token }),
          `${prefix} can't be listed`,
        );
        for (const { Key, ETag } of page.Contents ?? []) {
          if (Key !== undefined) found.set(Key, (ETag ?? '').replaceAll('"', ''));
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found;
    },
  };
}

/** False where the key has an object already. */
async function putIfAbsent(
  s3: S3Client,
  object: { bucket: string; key: string; bytes: Buffer; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { bucket, key, bytes, signal } = object;
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentLength: bytes.length,
    ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
    IfNoneMatch: '*',
  });
  try {
    await s3.send(command, signal === undefined ? {} : { abortSignal: signal });
    return true;
  } catch (error) {
    // Also where our own first try was done and only its answer was lost.
    if (statusOf(error) === 412) return false;
    throw error;
  }
}

async function get(s3: S3Client, bucket: string, key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if (statusOf(error) === 404 && (error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

function listPage(
  s3: S3Client,
  wanted: { bucket: string; prefix: string; after: string | undefined; token: string | undefined },
): Promise<ListObjectsV2CommandOutput> {
  const { bucket, prefix, after, token } = wanted;
  return s3.send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      StartAfter: after,
      ContinuationToken: token,
    }),
  );
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

async function repeatedly<T>(work: () => Promise<T>, failed: string): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      // 409: another writer of the same key is at it; the next try finds what it has written.
      const again = statusOf(error) === 409 || isBrokenOff(error);
      if (!again || tries === mostTries) throw serviceError(error, failed);
      await pause(firstPauseMs * 2 ** tries * (0.5 + Math.random() / 2));
    }
  }
}

/** The SDK repeats calls, but not the reading of a body. */
function isBrokenOff(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') && name !== 'AbortError';
}
