import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ConfigInvalid } from '../../domain/errors.ts';
import { storageError } from '../storage-errors.ts';
import { migrations } from './migrations.ts';

/** How long a statement waits for another process's lock, in milliseconds. */
const busyMs = 10_000;

/**
 * One SQLite file, open in this process and perhaps in others. All calls are synchronous and throw
 * `StorageFailed` where the disk or a lock refuses.
 */
export interface Database {
  readonly path: string;
  /** First row, or undefined. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  /** Runs one changing statement; the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /**
   * One transaction that holds the write lock from its start, so what `work` reads stays true until it
   * is committed. Rolled back where `work` throws. Not to be nested, and `work` must not be async.
   */
  write<T>(work: () => T): T;
  /**
   * As `write`, without waiting for the disk: after a power cut it may be undone, but never where a later `write`
   * still stands. For what means nothing without that one.
   */
  writeAhead<T>(work: () => T): T;
  close(): void;
}

/** Where the database of a data folder is. */
export function databasePath(dataDir: string): string {
  return join(dataDir, 'entropy.db');
}

/**
 * Opens `<dataDir>/entropy.db`, makes it where there is none, and brings its schema up to date. Throws
 * `ConfigInvalid` where a newer version of the program wrote it, `StorageFailed` for the disk.
 */
export function openDatabase(dataDir: string): Database {
  const path = databasePath(dataDir);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    const sqlite = new DatabaseSync(path, { timeout: busyMs });
    try {
      prepareFile(sqlite, path);
      return databaseOn(sqlite, path);
    } catch (error) {
      sqlite.close();
      throw error;
    }
  } catch (error) {
    throw storageError(error, path);
  }
}

/**
 * FULL, not NORMAL: with WAL, NORMAL may lose the last commits at a power cut, and an effect's intent
 * must be on the disk before the effect is made.
 */
function prepareFile(sqlite: DatabaseSync, path: string): void {
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  // A lock is taken only where there is something to do, so that a reader never waits here.
  if (versionOf(sqlite) === migrations.length) return;
  transactionsOn(sqlite)(() => {
    const version = versionOf(sqlite);
    if (version > migrations.length) {
      throw new ConfigInvalid(
        `${path} has schema version ${version}, this program knows ${migrations.length}: use the newer program that wrote it, or another data folder`,
      );
    }
    for (const step of migrations.slice(version)) sqlite.exec(step);
    sqlite.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function versionOf(sqlite: DatabaseSync): number {
  const row = sqlite.prepare('PRAGMA user_version').get();
  return Number(row?.user_version);
}

function transactionsOn(sqlite: DatabaseSync): <T>(work: () => T) => T {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  return (work) => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      // A full disk or an I/O error may have rolled back already.
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      throw error;
    }
  };
}

function databaseOn(sqlite: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  const transaction = transactionsOn(sqlite);
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const translated = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storageError(error, path);
    }
  };
  return {
    path,
    get: <Row>(sql: string, ...values: SQLInputValue[]) =>
      translated(() => prepared(sql).get(...values) as Row | undefined),
    all: <Row>(sql: string, ...values: SQLInputValue[]) =>
      translated(() => prepared(sql).all(...values) as Row[]),
    run: (sql, ...values) => translated(() => Number(prepared(sql).run(...values).changes)),
    write: (work) => translated(() => transaction(work)),
    writeAhead: (work) =>
      translated(() => {
        sqlite.exec('PRAGMA synchronous = NORMAL');
        try {
          return transaction(work);
        } finally {
          sqlite.exec('PRAGMA synchronous = FULL');
        }
      }),
    close: () => sqlite.close(),
  };
}
