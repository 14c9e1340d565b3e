import type { Pause } from '../../domain/pause.ts';
import type { PauseStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';

/** The one switch there is here: it stops all runs of the data folder. */
const name = 'all';

/** The operator's kill switch, in SQLite. */
export function sqlitePauseStore(database: Database): PauseStore {
  const find = (): Pause | undefined => {
    const row = database.get<{ body: string }>('SELECT body FROM pauses WHERE name = ?', name);
    return row && (JSON.parse(row.body) as Pause);
  };
  return {
    get: async () => find(),
    pause: async (pause) =>
      database.write(() => {
        const found = find();
        if (found !== undefined) return found;
        const body = JSON.stringify(pause);
        database.run('INSERT INTO pauses (name, body) VALUES (?, ?)', name, body);
        return pause;
      }),
    resume: async () => database.run('DELETE FROM pauses WHERE name = ?', name) === 1,
  };
}
