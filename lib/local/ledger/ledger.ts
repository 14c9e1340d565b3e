import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { Ledger, Signer } from '../../domain/ports.ts';
import { onDisk } from '../storage-errors.ts';
import type { Database } from '../store/database.ts';
import { appendEvents, eventsFrom, isSealed } from '../store/event-log.ts';
import { clearStaged, place, stands, withStaged, writeAllOnce, writeOnce } from '../write-once.ts';
import { ledgerPaths } from './ledger-paths.ts';
import { fixCheckpoint, fixManifest } from './seal.ts';

/** Where objects are written, and the key that closes a run's ledger. */
export interface LedgerOptions {
  readonly ledgerDir: string;
  readonly signer: Signer;
}

/** A staged file this old belongs to no living process. */
const abandonedMs = 24 * 3_600_000;
/** Events held in memory at a time while they are copied. */
const copyBatch = 200;

/**
 * The ledger on SQLite and write-once files. Events live in the database; `flush` copies them out.
 * Sealing is the last thing that happens to a run: then every append is a `LedgerConflict`.
 */
export function sqliteLedger(database: Database, { ledgerDir, signer }: LedgerOptions): Ledger {
  const staging = join(ledgerDir, '.partial');
  const pathsOf = (run: string) => ledgerPaths(ledgerDir, run);
  const flush = (run: string) => {
    const paths = pathsOf(run);
    return onDisk(paths.folder, () =>
      copyOut(database, run, (events) =>
        writeAllOnce(
          staging,
          events.map(({ seq, bytes }) => ({ path: paths.event(seq), bytes })),
        ),
      ),
    );
  };
  return {
    append: async (run, events) => database.write(() => appendEvents(database, run, events)),
    events: async (run, from = 0) => eventsFrom(database, run, from),
    putPayload: async (run, bytes) => {
      const digest = sha256(bytes);
      const path = pathsOf(run).payload(digest);
      await onDisk(path, () => putPayload(database, { run, path, staging, bytes }));
      return digest;
    },
    payload: async (run, digest) => {
      const path = pathsOf(run).payload(digest);
      return onDisk(path, () => readPayload(path, run, digest));
    },
    flush,
    seal: async (run, facts) => {
      const paths = pathsOf(run);
      const { manifest, head } = fixManifest(database, paths, run, facts);
      await flush(run);
      const kept = await fixCheckpoint(database, signer, run, manifest);
      await onDisk(paths.folder, async () => {
        await writeOnce(staging, paths.publicKey, kept.publicKey);
        await writeOnce(staging, paths.manifest, manifest);
        await writeOnce(staging, paths.checkpoint, kept.checkpoint);
        await clearStaged(staging, abandonedMs);
      });
      return head;
    },
  };
}

interface CopiedEvent {
  readonly seq: number;
  readonly bytes: string;
}

async function copyOut(
  database: Database,
  run: string,
  copy: (events: readonly CopiedEvent[]) => Promise<void>,
): Promise<void> {
  for (;;) {
    const waiting = database.all<CopiedEvent>(
      `SELECT seq, bytes FROM outbox JOIN events USING (run, seq) WHERE run = ?
       ORDER BY seq LIMIT ?`,
      run,
      copyBatch,
    );
    const last = waiting.at(-1);
    if (last === undefined) return;
    await copy(waiting);
    database.run('DELETE FROM outbox WHERE run = ? AND seq <= ?', run, last.seq);
  }
}

/** The payload gets its name in a transaction that finds the run unsealed, so no manifest lacks it. */
async function putPayload(
  database: Database,
  payload: { run: string; path: string; staging: string; bytes: Uint8Array | string },
): Promise<void> {
  const { run, path, staging, bytes } = payload;
  if (await stands(path, bytes)) return;
  await withStaged(staging, bytes, 0o444, (staged) =>
    database.write(() => {
      if (isSealed(database, run)) {
        throw new LedgerConflict(`the ledger of run ${run} is sealed: no payload can be added`);
      }
      place(staged, path);
    }),
  );
}

async function readPayload(path: string, run: string, digest: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new NotFound(`run ${run} has no payload ${digest}`);
    throw error;
  });
  if (sha256(bytes) === digest) return bytes;
  throw new LedgerConflict(
    `${path} has been changed: its bytes do not have the digest in its name`,
  );
}
