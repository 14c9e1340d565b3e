import type { Database } from '../../../lib/local/store/database.ts';

/** A database whose process can be told when to die. */
export interface MortalDatabase extends Database {
  /** Calls `die` at the n-th touch from now on, counted from 0; undefined: never. */
  dieAt(touch: number | undefined): void;
}

/**
 * Dies before or after any statement and around each commit, so within a transaction as well. `die` ends the process,
 * or throws, which rolls the transaction back as the end of a process does.
 */
export function mortalDatabase(database: Database, die: () => never): MortalDatabase {
  let left: number | undefined;
  const touch = () => {
    if (left === 0) {
      left = undefined;
      die();
    }
    if (left !== undefined) left -= 1;
  };
  const around = <T>(work: () => T): T => {
    touch();
    const result = work();
    touch();
    return result;
  };
  return {
    ...database,
    get: (sql, ...values) => around(() => database.get(sql, ...values)),
    all: (sql, ...values) => around(() => database.all(sql, ...values)),
    run: (sql, ...values) => around(() => database.run(sql, ...values)),
    // The touch within comes before the commit.
    write: (work) => around(() => database.write(() => around(work))),
    writeAhead: (work) => around(() => database.writeAhead(() => around(work))),
    dieAt: (n) => {
      left = n;
    },
  };
}
