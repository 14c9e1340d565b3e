import { type LedgerObjects, ledgerName } from '../../domain/audit-objects.ts';
import { StorageFailed } from '../../domain/errors.ts';
import { concurrently } from '../concurrently.ts';
import type { WriteOnceBucket } from '../write-once.ts';

/** A ledger is verified in memory, so there is an end to its size. Bytes. */
const mostBytes = 1024 ** 3;
/** Objects read at the same time. */
const width = 16;

/**
 * All objects of a run's ledger, by their names in its folder; none where it has none. Throws `StorageFailed`,
 * also over 1 GiB, and `ConfigInvalid`.
 */
export async function readLedger(bucket: WriteOnceBucket, run: string): Promise<LedgerObjects> {
  const folder = `${ledgerName(run)}/`;
  const objects = new Map<string, Uint8Array>();
  let size = 0;
  await concurrently(width, [...(await bucket.list(folder)).keys()], async (key) => {
    const bytes = await bucket.read(key);
    if (bytes === undefined) throw new StorageFailed(`${key} is listed, and can't be read`);
    size += bytes.length;
    if (size > mostBytes) throw new StorageFailed(`the ledger of ${run} is over 1 GiB`);
    objects.set(key.slice(folder.length), bytes);
  });
  return objects;
}
