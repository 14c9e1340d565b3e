import type { CursorStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';

/** Cursors in SQLite. */
export function sqliteCursorStore(database: Database): CursorStore {
  return {
    get: async (name) =>
      database.get<{ value: string }>('SELECT value FROM cursors WHERE name = ?', name)?.value,
    set: async (name, value) => {
      database.run(
        `INSERT INTO cursors (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        name,
        value,
      );
    },
  };
}
