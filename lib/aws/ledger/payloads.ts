import { setTimeout as pause } from 'node:timers/promises';
import { ledgerName, payloadFolder, payloadName } from '../../domain/audit-objects.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import { headKey, payloadKey, payloadPrefix, runPartition } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { unchanged } from '../store/transaction.ts';
import type { WriteOnceBucket } from '../write-once.ts';

// A payload's object can't be written in the transaction that finds the run unsealed. So its mark is, and it
// names a time until when the object may still come; whoever seals waits that long for it, and no longer. An
// object that no manifest lists, or one that is listed and not there, would look like a forgery for ever.

/** That the run's ledger has a payload, or that one is being written, at the latest until then (ms). */
interface Mark {
  readonly sk: string;
  readonly until: number;
}

/** How long the writing of one object may take, its repeats included, and what clocks may differ by. */
export interface PayloadPatience {
  readonly writeMs: number;
  readonly skewMs: number;
}
/** A Lambda's payload has at most six megabytes. */
export const payloadPatience: PayloadPatience = { writeMs: 20_000, skewMs: 5_000 };

/** Where marks and objects are. */
export interface PayloadPlace {
  readonly table: Table;
  readonly bucket: WriteOnceBucket;
  readonly now: () => number;
  readonly patience: PayloadPatience;
}

const objectOf = (run: string, digest: string) => `${ledgerName(run)}/${payloadName(digest)}`;

/** Stores a payload. Throws `LedgerConflict` on a sealed ledger, unless it has just this payload. */
export async function putPayload(
  place: PayloadPlace,
  run: string,
  content: Uint8Array | string,
): Promise<string> {
  const { bucket, now } = place;
  const digest = sha256(content);
  const key = objectOf(run, digest);
  const until = await mark(place, run, digest);
  if (until !== undefined) {
    await bucket.put(key, content, AbortSignal.timeout(Math.max(0, until - now())));
  }
  return digest;
}

/** Sets the mark, and gives the time until when the object may come; undefined where both stand already. */
function mark(
  { table, bucket, now, patience }: PayloadPlace,
  run: string,
  digest: string,
): Promise<number | undefined> {
  const key = payloadKey(run, digest);
  return table.write<number | undefined>(async (unmet) => {
    const found = await table.get<Mark>(key);
    if (found !== undefined && (await stored(bucket, run, digest)) !== undefined) {
      return { result: undefined, writes: [] };
    }
    if (unmet.includes('unsealed')) {
      throw new LedgerConflict(`the ledger of run ${run} is sealed: no payload can be added`);
    }
    const until = now() + patience.writeMs;
    const unsealed = { closing: undefined, manifest: undefined };
    return {
      result: until,
      writes: [
        { name: 'unsealed', check: headKey(run), when: unsealed },
        { name: 'payload', put: { ...key, until }, when: unchanged(found) },
      ],
    };
  });
}

/** The payload's bytes. Throws `NotFound`, and `LedgerConflict` where they are not those that were stored. */
export async function readPayload(
  bucket: WriteOnceBucket,
  run: string,
  digest: string,
): Promise<Buffer> {
  const bytes = await stored(bucket, run, digest);
  if (bytes !== undefined) return bytes;
  throw new NotFound(`run ${run} has no payload ${digest}`);
}

async function stored(
  bucket: WriteOnceBucket,
  run: string,
  digest: string,
): Promise<Buffer | undefined> {
  const key = objectOf(run, digest);
  const bytes = await bucket.read(key);
  if (bytes === undefined || sha256(bytes) === digest) return bytes;
  throw new LedgerConflict(`${key} has been changed: its bytes do not have the digest in its name`);
}

/**
 * Digests of all payloads of a run that takes no more. Waits for those that are being written, and forgets
 * those whose writer is gone.
 */
export async function settlePayloads(place: PayloadPlace, run: string): Promise<readonly string[]> {
  const { table, bucket, now, patience } = place;
  const prefix = `${ledgerName(run)}/${payloadFolder}/`;
  for (;;) {
    // In this order: what the marks name may have come while they were read.
    const marks = await table.query<Mark>(runPartition(run), { prefix: payloadPrefix });
    const objects = marks.length === 0 ? new Map<string, string>() : await bucket.list(prefix);
    const digestOf = ({ sk }: Mark) => sk.slice(payloadPrefix.length);
    const missing = marks.filter((found) => !objects.has(`${prefix}${digestOf(found)}`));
    if (missing.length === 0) return marks.map(digestOf);
    const waitMs = Math.max(...missing.map(({ until }) => until)) + patience.skewMs - now();
    if (waitMs > 0) {
      await pause(Math.min(waitMs, 1_000));
      continue;
    }
    for (const found of missing) {
      const { pk, sk } = found;
      await table.write(async (unmet) => ({
        result: undefined,
        writes:
          unmet.length > 0 ? [] : [{ name: 'mark', delete: { pk, sk }, when: unchanged(found) }],
      }));
    }
  }
}
