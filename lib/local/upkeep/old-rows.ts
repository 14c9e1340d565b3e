import type { Run } from '../../domain/run.ts';
import type { Database } from '../store/database.ts';

/** Tables whose rows belong to one run and say nothing once it is over. */
const perRun = ['stages', 'calls', 'effects', 'events', 'runners'];

/** Settled runs that ended before `before`, whose records still stand and whose ledger is copied out. */
export function oldRuns(database: Database, before: number): readonly Run[] {
  return database
    .all<{ body: string }>(
      `SELECT body FROM runs WHERE status = 'settled'
         AND json_extract(body, '$.settledAt') < ?
         AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.run = runs.id)`,
      before,
    )
    .map(({ body }) => JSON.parse(body) as Run);
}

/**
 * Removes the records of runs. What stays is small, and keeps the past from being done again: the run itself, its
 * claim's fence, its ledger's seal.
 */
export function removeRunRows(database: Database, runs: readonly Run[], now: number): void {
  database.write(() => {
    for (const { id } of runs) {
      for (const table of perRun) database.run(`DELETE FROM ${table} WHERE run = ?`, id);
      database.run(
        `UPDATE runs SET body = json_set(body, '$.collectedAt', ?) WHERE id = ? AND status = 'settled'`,
        now,
        id,
      );
    }
  });
}

/**
 * How long a delivery is remembered once it was worked on, whatever goes of the runs: long enough that neither
 * GitHub, which sends again for three days, nor a look back after a long outage brings its meaning back.
 */
export const deliveryRetentionMs = 30 * 24 * 3_600_000;

/** Deliveries that were worked on, and days that no cap counts any more. Returns how many deliveries. */
export function removeOldDeliveries(database: Database, before: number): number {
  const day = new Date(before).toISOString().slice(0, 10);
  return database.write(() => {
    database.run('DELETE FROM admissions WHERE day < ?', day);
    // Of replies to comments that no run came of: they are found by their marks as well.
    database.run(
      'DELETE FROM effects WHERE receipt IS NOT NULL AND run NOT IN (SELECT id FROM runs)',
    );
    return database.run(
      `DELETE FROM inbox WHERE note IS NOT NULL AND json_extract(body, '$.receivedAt') < ?`,
      before,
    );
  });
}

/** Deliveries that `removeOldDeliveries` would remove. */
export function countOldDeliveries(database: Database, before: number): number {
  const row = database.get<{ n: number }>(
    `SELECT count(*) AS n FROM inbox
     WHERE note IS NOT NULL AND json_extract(body, '$.receivedAt') < ?`,
    before,
  );
  return row?.n ?? 0;
}
