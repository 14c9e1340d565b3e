import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../domain/run.ts';
import type { Database } from '../store/database.ts';
import { forgetWalks } from '../walker/journal.ts';
import { bytesBelow, type DiskUse, diskUse } from './disk-use.ts';
import { trimMirrors } from './old-mirrors.ts';
import {
  countOldDeliveries,
  deliveryRetentionMs,
  oldRuns,
  removeOldDeliveries,
  removeRunRows,
} from './old-rows.ts';

/** What is to go. */
export interface CollectOptions {
  readonly dataDir: string;
  /** Milliseconds since the epoch: runs that ended before it go. Deliveries have an age of their own. */
  readonly before: number;
  readonly now: number;
  /** Also the write-once objects of the ledgers; without it they are never touched. */
  readonly ledgers: boolean;
  /** Nothing is changed. */
  readonly dryRun: boolean;
}

/** What went, or would go. */
export interface Collected {
  readonly runs: number;
  readonly mirrors: number;
  readonly replays: number;
  readonly ledgers: number;
  readonly deliveries: number;
  /** Bytes of whole folders; what git and the database give back comes on top. */
  readonly folderBytes: number;
  readonly before: DiskUse;
  readonly after: DiskUse;
}

/**
 * Removes what settled runs left and nobody needs any more: work folders, logs, replays, pins and mirrors, rows
 * of the database. Runs that are not settled are never touched. Safe to repeat from any point. Throws
 * `StorageFailed`.
 */
export async function collect(database: Database, options: CollectOptions): Promise<Collected> {
  const { dataDir, before, dryRun } = options;
  const received = options.now - deliveryRetentionMs;
  const use = await diskUse(dataDir);
  const old = oldRuns(database, before);
  const fresh = old.filter(({ collectedAt }) => collectedAt === undefined);
  const replays = await oldReplays(options);
  const ledgers = options.ledgers ? await present(join(dataDir, 'ledger'), old) : [];
  const folders = [
    ...(await present(join(dataDir, 'work'), old)),
    ...(await present(join(dataDir, 'runs'), old)),
    ...replays,
    ...ledgers,
  ];
  let folderBytes = 0;
  for (const folder of folders) folderBytes += await bytesBelow(folder);
  const found = {
    runs: fresh.length,
    replays: replays.length,
    ledgers: ledgers.length,
    folderBytes,
  };
  if (dryRun) {
    const deliveries = countOldDeliveries(database, received);
    return { ...found, deliveries, mirrors: 0, before: use, after: use };
  }
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 2 });
  removeRunRows(database, fresh, options.now);
  forgetWalks(
    dataDir,
    fresh.map(({ id }) => id),
  );
  const mirrors = await trimMirrors(database, dataDir, old);
  const deliveries = removeOldDeliveries(database, received);
  compact(database);
  return { ...found, deliveries, mirrors, before: use, after: await diskUse(dataDir) };
}

async function present(parent: string, runs: readonly Run[]): Promise<string[]> {
  const names = new Set(await readdir(parent).catch(() => []));
  return runs.filter(({ id }) => names.has(id)).map(({ id }) => join(parent, id));
}

/** A replay has a data folder of its own; while it goes on, its database is written to. */
async function oldReplays({ dataDir, before }: CollectOptions): Promise<string[]> {
  const parent = join(dataDir, 'replays');
  const found: string[] = [];
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = join(parent, name);
    const times = [folder, join(folder, 'entropy.db'), join(folder, 'entropy.db-wal')];
    const ages = await Promise.all(times.map((path) => stat(path).catch(() => undefined)));
    if (ages.every((one) => one === undefined || one.mtimeMs < before)) found.push(folder);
  }
  return found;
}

/** Gives the pages back to the disk, unless somebody is at work: then the next time does. */
function compact(database: Database): void {
  const live = database.get(`SELECT 1 FROM runs WHERE status <> 'settled'`);
  if (live !== undefined) return;
  database.run('VACUUM');
  database.all('PRAGMA wal_checkpoint(TRUNCATE)');
}
