import type { Effect, EffectKind } from '../../domain/effect.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import type { EffectStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';
import { appendEvents } from './event-log.ts';

interface Row {
  readonly key: string;
  readonly run: string;
  readonly kind: EffectKind;
  readonly receipt: string | null;
}
const columns = 'SELECT key, run, kind, receipt FROM effects';

function effectIn({ receipt, ...row }: Row): Effect {
  return receipt === null
    ? row
    : { ...row, receipt: JSON.parse(receipt) as Effect['receipt'] & {} };
}

/** Intents and receipts of writes to a forge, in SQLite. */
export function sqliteEffectStore(database: Database): EffectStore {
  const find = (key: string) => database.get<Row>(`${columns} WHERE key = ?`, key);
  return {
    intend: async (key, run, kind, events) =>
      database.write(() => {
        const found = find(key);
        if (found !== undefined) return sameEffect(effectIn(found), run, kind);
        database.run('INSERT INTO effects (key, run, kind) VALUES (?, ?, ?)', key, run, kind);
        appendEvents(database, run, events);
        return { key, run, kind };
      }),
    receipt: async (key, receipt, events) =>
      database.write(() => {
        const found = find(key);
        if (found === undefined) throw new NotFound(`no effect ${key} was intended`);
        if (found.receipt !== null) return;
        database.run('UPDATE effects SET receipt = ? WHERE key = ?', JSON.stringify(receipt), key);
        appendEvents(database, found.run, events);
      }),
    list: async (run) =>
      database.all<Row>(`${columns} WHERE run = ? ORDER BY position`, run).map(effectIn),
  };
}

function sameEffect(found: Effect, run: string, kind: EffectKind): Effect {
  if (found.run !== run || found.kind !== kind) {
    throw new LedgerConflict(`effect ${found.key} is a ${found.kind} of run ${found.run}`);
  }
  return found;
}
