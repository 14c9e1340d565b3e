import type { DatabaseSync } from 'node:sqlite';
import { LedgerConflict, StorageFailed } from '../../domain/errors.ts';

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

/** Where a walk is kept, so that the next process goes on from there. All writes are durable on return. */
export interface Journal {
  /**
   * Opens the run or finds it again: then its first input stands, and `result` where it ended.
   * Throws `LedgerConflict` where it was begun with another definition.
   */
  begin(run: string, digest: string, input: unknown): { input: unknown; result?: WalkResult };
  find(run: string, path: string): Tried | undefined;
  /** Throws `LedgerConflict` where the try is recorded already: another process walks the run. */
  record(run: string, path: string, tried: Tried): void;
  finish(run: string, result: WalkResult): void;
}

/** Makes the journal's own tables. Safe to repeat. */
export function migrateJournal(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS journal_runs (
      run TEXT PRIMARY KEY, digest TEXT NOT NULL, input TEXT NOT NULL, result TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS journal_tries (
      run TEXT NOT NULL, path TEXT NOT NULL, tried TEXT NOT NULL, PRIMARY KEY (run, path)
    ) STRICT, WITHOUT ROWID;
  `);
}

/** The journal in the given database; its tables must be there. Throws `StorageFailed`. */
export function sqliteJournal(db: DatabaseSync): Journal {
  const open = db.prepare(
    'INSERT INTO journal_runs (run, digest, input) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const opened = db.prepare('SELECT digest, input, result FROM journal_runs WHERE run = ?');
  const end = db.prepare('UPDATE journal_runs SET result = ? WHERE run = ?');
  const insert = db.prepare('INSERT INTO journal_tries (run, path, tried) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT tried FROM journal_tries WHERE run = ? AND path = ?');
  return {
    begin: (run, digest, input) =>
      translated(() => {
        open.run(run, digest, JSON.stringify(input));
        const row = opened.get(run) as { digest: string; input: string; result: string | null };
        if (row.digest !== digest) {
          throw new LedgerConflict(
            `run ${run} was begun with the definition ${row.digest} and cannot go on with ${digest}`,
          );
        }
        const found = { input: JSON.parse(row.input) as unknown };
        return row.result === null ? found : { ...found, result: JSON.parse(row.result) };
      }),
    find: (run, path) =>
      translated(() => {
        const row = select.get(run, path) as { tried: string } | undefined;
        return row && (JSON.parse(row.tried) as Tried);
      }),
    record: (run, path, tried) =>
      translated(() => {
        insert.run(run, path, JSON.stringify(tried));
      }),
    finish: (run, result) =>
      translated(() => {
        end.run(JSON.stringify(result), run);
      }),
  };
}

const sqliteConstraint = 19;

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, errcode } = cause as { code?: unknown; errcode?: unknown };
    if (code !== 'ERR_SQLITE_ERROR') throw cause;
    if (typeof errcode === 'number' && (errcode & 0xff) === sqliteConstraint) {
      throw new LedgerConflict(
        'the try is in the journal already: another process walks this run',
        {
          cause,
        },
      );
    }
    throw new StorageFailed(`the journal cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}
