import { createHash } from 'node:crypto';
import { eventName, ledgerName } from '../../domain/audit-objects.ts';
import { LedgerConflict } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import { concurrently } from '../concurrently.ts';
import { headOf } from '../store/event-log.ts';
import { copiedKey, eventKey, eventPrefix, runPartition } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { unchanged } from '../store/transaction.ts';
import type { WriteOnceBucket } from '../write-once.ts';

/** An item's attributes in DynamoDB's own form. */
type Image = Readonly<Record<string, { readonly S?: string | undefined }>>;

/** A change of the table, as its stream tells of it. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly NewImage?: Image | undefined;
      }
    | undefined;
}

/** An event that was not copied; the stream gives it again by its sequence number. */
export interface CopyFailure {
  readonly sequenceNumber: string;
  readonly error: unknown;
}

/** Objects written at the same time. */
const width = 8;

/**
 * Copies the new events among a stream's records to their objects, and passes over all other records. Safe
 * to repeat. Gives those that failed; never throws.
 */
export async function copyEvents(
  bucket: WriteOnceBucket,
  records: readonly StreamRecord[],
): Promise<readonly CopyFailure[]> {
  const failures: CopyFailure[] = [];
  await concurrently(width, records, async ({ eventName: change, dynamodb }) => {
    const item = dynamodb?.NewImage ?? {};
    if (change !== 'INSERT' || !item.sk?.S?.startsWith(eventPrefix)) return;
    try {
      const { key, bytes } = objectOf(item);
      await bucket.put(key, bytes);
    } catch (error) {
      failures.push({ sequenceNumber: dynamodb?.SequenceNumber ?? '', error });
    }
  });
  return failures;
}

/** Throws `LedgerConflict` for an item that is not as `appendItems` makes it. */
function objectOf(item: Image) {
  const { pk, sk, bytes, hash } = item;
  const run = pk?.S?.slice(runPartition('').length) ?? '';
  const seq = Number(sk?.S?.slice(eventPrefix.length));
  const text = bytes?.S ?? '';
  const key = eventKey(run, seq);
  if (key.pk !== pk?.S || key.sk !== sk?.S || sha256(text) !== hash?.S) {
    throw new LedgerConflict(`the item ${pk?.S} ${sk?.S} is no event of a run`);
  }
  return { key: eventObject(run, seq), bytes: text };
}

const eventObject = (run: string, seq: number) => `${ledgerName(run)}/${eventName(seq)}`;

/**
 * Copies the run's events since those that are known to be copied, whoever copies them meanwhile. Throws
 * `LedgerConflict` where an object stands with other bytes, and `StorageFailed`.
 */
export async function flushEvents(
  table: Table,
  bucket: WriteOnceBucket,
  run: string,
): Promise<void> {
  const [copied, head] = await Promise.all([
    table.get<{ seq: number }>(copiedKey(run)),
    headOf(table, run),
  ]);
  const next = (copied?.seq ?? -1) + 1;
  if (head.seq < next) return;
  const events = await table.query<{ sk: string; bytes: string }>(runPartition(run), {
    prefix: eventPrefix,
    from: eventKey(run, next).sk,
  });
  const after = next === 0 ? undefined : eventObject(run, next - 1);
  // Most are there already, by way of the stream, and a list shows a thousand at a time.
  const standing = await bucket.list(`${ledgerName(run)}/events/`, after);
  const numbered = events.map(({ bytes }, n) => ({ key: eventObject(run, next + n), bytes }));
  const missing = numbered.filter(({ key, bytes }) => standing.get(key) !== md5(bytes));
  await concurrently(width, missing, ({ key, bytes }) => bucket.put(key, bytes));
  await keepCopied(table, run, next + events.length - 1);
}

/** What S3 names as an object's entity tag. It proves nothing here: `audit verify` does, by SHA-256. */
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function keepCopied(table: Table, run: string, seq: number): Promise<void> {
  return table.write(async () => {
    const key = copiedKey(run);
    const found = await table.get<{ seq: number }>(key);
    if (found !== undefined && found.seq >= seq) return { result: undefined, writes: [] };
    const put = { ...key, seq };
    return { result: undefined, writes: [{ name: 'copied', put, when: unchanged(found) }] };
  });
}
