import { type Lease, liveLeases, mayTakeLease } from '../../domain/lease.ts';
import type { SlotStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';

/** Capacity slots in SQLite: one row a holder. */
export function sqliteSlotStore(database: Database): SlotStore {
  const leases = (pool: string): Lease[] =>
    database.all<Lease>('SELECT holder, until FROM slots WHERE pool = ? ORDER BY holder', pool);
  return {
    take: async (pool, holder, now, until, capacity) =>
      database.write(() => {
        if (!mayTakeLease(leases(pool), { holder, now, capacity })) return false;
        database.run('DELETE FROM slots WHERE pool = ? AND until < ?', pool, now);
        database.run(
          `INSERT INTO slots (pool, holder, until) VALUES (?, ?, ?)
           ON CONFLICT (pool, holder) DO UPDATE SET until = max(until, excluded.until)`,
          pool,
          holder,
          until,
        );
        return true;
      }),
    release: async (pool, holder) => {
      database.run('DELETE FROM slots WHERE pool = ? AND holder = ?', pool, holder);
    },
    holders: async (pool, now) => liveLeases(leases(pool), now).map((lease) => lease.holder),
  };
}
