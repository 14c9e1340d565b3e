import { type Lease, liveLeases, mayTakeLease } from '../../domain/lease.ts';
import type { RunnerStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';

/** Who walks which run, in SQLite: at most one lease a run. */
export function sqliteRunnerStore(database: Database): RunnerStore {
  const leases = (run: string): Lease[] =>
    database.all<Lease>('SELECT instance AS holder, until FROM runners WHERE run = ?', run);
  return {
    lease: async (run, instance, now, until) =>
      database.write(() => {
        if (!mayTakeLease(leases(run), { holder: instance, now, capacity: 1 })) return false;
        database.run(
          `INSERT INTO runners (run, instance, until) VALUES (?, ?, ?)
           ON CONFLICT (run) DO UPDATE SET instance = excluded.instance, until = excluded.until`,
          run,
          instance,
          until,
        );
        return true;
      }),
    release: async (run, instance) => {
      database.run('DELETE FROM runners WHERE run = ? AND instance = ?', run, instance);
    },
    holder: async (run, now) => liveLeases(leases(run), now)[0]?.holder,
  };
}
