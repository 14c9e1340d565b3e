import { LedgerConflict } from '../../domain/errors.ts';
import {
  chainEvent,
  genesisOf,
  type LedgerEvent,
  type LedgerHead,
  type NewEvent,
} from '../../domain/ledger.ts';
import type { Database } from './database.ts';

/** The end of a run's chain; `seq` -1 and the run's genesis hash before the first event. */
export function headOf(database: Database, run: string): LedgerHead {
  const last = database.get<LedgerHead>(
    'SELECT seq, hash FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1',
    run,
  );
  return last === undefined ? { seq: -1, hash: genesisOf(run) } : { ...last };
}

/**
 * Chains events to a run's ledger and puts each in the outbox. Only inside `database.write`, in the
 * transaction of the state change that the events tell of. Throws `LedgerConflict` on a sealed ledger.
 */
export function appendEvents(
  database: Database,
  run: string,
  events: readonly NewEvent[],
): LedgerHead {
  let head = headOf(database, run);
  if (events.length > 0 && isSealed(database, run)) {
    throw new LedgerConflict(`the ledger of run ${run} is sealed: nothing can follow`);
  }
  for (const event of events) {
    const next = chainEvent(run, head, event);
    const { seq, hash } = next.head;
    database.run(
      'INSERT INTO events (run, seq, hash, bytes) VALUES (?, ?, ?, ?)',
      run,
      seq,
      hash,
      next.bytes,
    );
    database.run('INSERT INTO outbox (run, seq) VALUES (?, ?)', run, seq);
    head = next.head;
  }
  return head;
}

/** Whether the run's manifest has been fixed. */
export function isSealed(database: Database, run: string): boolean {
  return database.get('SELECT 1 FROM seals WHERE run = ?', run) !== undefined;
}

/** Events of a run from `from` on, in order. */
export function eventsFrom(database: Database, run: string, from: number): LedgerEvent[] {
  return database
    .all<{ bytes: string }>(
      'SELECT bytes FROM events WHERE run = ? AND seq >= ? ORDER BY seq',
      run,
      from,
    )
    .map(({ bytes }) => JSON.parse(bytes) as LedgerEvent);
}
