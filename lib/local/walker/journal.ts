import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerConflict } from '../../domain/errors.ts';
import { storageError } from '../storage-errors.ts';

/** How a walk ended. `error` and `cause` are there where it failed. */
export interface WalkResult {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** What became of one try of a Task, Parallel or Map. */
export type Tried =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly error: string;
      readonly cause: string;
      /** When the next try is due, milliseconds since the epoch; absent where none follows. */
      readonly dueAt?: number;
    };

/** A run as it was begun: what is given at a later start does not replace it. */
interface Begun {
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** There where the run has ended. */
  readonly result?: WalkResult;
}

/** Where a walk is kept, so that the next process goes on from there. All writes are durable on return. */
export interface Journal {
  /**
   * Opens the run, or finds it again. Throws `LedgerConflict` where it was begun with another definition.
   */
  begin(run: string, begin: Omit<Begun, 'result'> & { readonly digest: string }): Begun;
  find(run: string, path: string): Tried | undefined;
  /** Throws `LedgerConflict` where the try is recorded already: another process walks the run. */
  record(run: string, path: string, tried: Tried): void;
  finish(run: string, result: WalkResult): void;
}

/** How long a statement waits for another process's lock, in milliseconds. */
const busyMs = 10_000;

/** Opens `<dataDir>/journal.db`, and makes it where there is none. Throws `StorageFailed`. */
export function openJournal(dataDir: string): Journal & { close(): void } {
  const path = join(dataDir, 'journal.db');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    const db = new DatabaseSync(path, { timeout: busyMs });
    // FULL: what follows from a recorded try must not outlive the record at a power cut.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    migrateJournal(db);
    return { ...sqliteJournal(db), close: () => db.close() };
  } catch (error) {
    throw storageError(error, path);
  }
}

/** Forgets the walks of runs that are over. Throws `StorageFailed`. */
export function forgetWalks(dataDir: string, runs: readonly string[]): void {
  const path = join(dataDir, 'journal.db');
  if (runs.length === 0 || !existsSync(path)) return;
  try {
    const db = new DatabaseSync(path, { timeout: busyMs });
    try {
      migrateJournal(db);
      const ids = JSON.stringify(runs);
      for (const table of ['journal_tries', 'journal_runs']) {
        db.prepare(`DELETE FROM ${table} WHERE run IN (SELECT value FROM json_each(?))`).run(ids);
      }
    } finally {
      db.close();
    }
  } catch (error) {
    throw storageError(error, path);
  }
}

/** Makes the journal's own tables. Safe to repeat. */
export function migrateJournal(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS journal_runs (
      run TEXT PRIMARY KEY, digest TEXT NOT NULL, input TEXT NOT NULL, started_at INTEGER NOT NULL,
      result TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS journal_tries (
      run TEXT NOT NULL, path TEXT NOT NULL, tried TEXT NOT NULL, PRIMARY KEY (run, path)
    ) STRICT, WITHOUT ROWID;
  `);
}

/** The journal in the given database; its tables must be there. Throws `StorageFailed`. */
export function sqliteJournal(db: DatabaseSync): Journal {
  const open = db.prepare(
    'INSERT INTO journal_runs (run, digest, input, started_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const opened = db.prepare('SELECT * FROM journal_runs WHERE run = ?');
  const end = db.prepare('UPDATE journal_runs SET result = ? WHERE run = ?');
  const insert = db.prepare('INSERT INTO journal_tries (run, path, tried) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT tried FROM journal_tries WHERE run = ? AND path = ?');
  const guarded = <T>(work: () => T): T => translated(work, db.location() ?? ':memory:');
  return {
    begin: (run, { digest, input, startedAt }) =>
      guarded(() => {
        open.run(run, digest, JSON.stringify(input), startedAt);
        return begun(run, digest, opened.get(run) as unknown as RunRow);
      }),
    find: (run, path) =>
      guarded(() => {
        const row = select.get(run, path) as { tried: string } | undefined;
        return row && (JSON.parse(row.tried) as Tried);
      }),
    record: (run, path, tried) => guarded(() => void insert.run(run, path, JSON.stringify(tried))),
    finish: (run, result) => guarded(() => void end.run(JSON.stringify(result), run)),
  };
}

interface RunRow {
  readonly digest: string;
  readonly input: string;
  readonly started_at: number;
  readonly result: string | null;
}

function begun(run: string, digest: string, row: RunRow): Begun {
  if (row.digest !== digest) {
    throw new LedgerConflict(
      `run ${run} was begun with the definition ${row.digest} and cannot go on with ${digest}`,
    );
  }
  const found = { input: JSON.parse(row.input) as unknown, startedAt: row.started_at };
  return row.result === null ? found : { ...found, result: JSON.parse(row.result) as WalkResult };
}

const sqliteConstraint = 19;

function translated<T>(work: () => T, path: string): T {
  try {
    return work();
  } catch (cause) {
    const { errcode } = cause as { errcode?: unknown };
    if (typeof errcode === 'number' && (errcode & 0xff) === sqliteConstraint) {
      throw new LedgerConflict(
        'the try is in the journal already: another process walks this run',
        {
          cause,
        },
      );
    }
    throw storageError(cause, path);
  }
}
