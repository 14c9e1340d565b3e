import { admitToday, type DayEntry } from '../../domain/daily.ts';
import type { AdmissionStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';

/** Runs by repository and day, in SQLite; the rule is in the domain. */
export function sqliteAdmissionStore(database: Database): AdmissionStore {
  return {
    admit: async ({ repository, day, ...request }) =>
      database.write(() => {
        const { run } = request;
        const known = database.get<{ dollars: number }>(
          'SELECT dollars FROM admissions WHERE run = ?',
          run,
        );
        // Also where it was let in on the day before.
        if (known !== undefined) return { admitted: true, dollars: known.dollars };
        const admission = admitToday(entriesOf(database, repository, day), request);
        if (!admission.admitted) return admission;
        database.run(
          'INSERT INTO admissions (repository, day, run, dollars) VALUES (?, ?, ?, ?)',
          repository,
          day,
          run,
          admission.dollars,
        );
        return admission;
      }),
  };
}

/** A run that is over counts with what it spent. */
function entriesOf(database: Database, repository: string, day: string): DayEntry[] {
  return database.all<DayEntry>(
    `SELECT a.run AS run, CASE WHEN r.status IN ('ending', 'settled')
       THEN (SELECT coalesce(sum(c.dollars), 0) FROM calls c WHERE c.run = a.run)
       ELSE a.dollars END AS dollars
     FROM admissions a LEFT JOIN runs r ON r.id = a.run
     WHERE a.repository = ? AND a.day = ?`,
    repository,
    day,
  );
}
