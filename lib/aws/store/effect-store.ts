import type { Effect, EffectKind } from '../../domain/effect.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import type { EffectStore } from '../../domain/ports.ts';
import { tell } from './event-log.ts';
import { effectKeyOf, effectListKey, effectPrefix, runPartition } from './keys.ts';
import type { Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

interface Row {
  readonly key: string;
  readonly run: string;
  readonly kind: EffectKind;
  /** JSON. */
  readonly receipt?: string;
}
/** A place in the list of a run's effects. */
interface Entry {
  readonly key: string;
  readonly position: number;
}

function effectIn({ key, run, kind, receipt }: Row): Effect {
  const effect = { key, run, kind };
  return receipt === undefined
    ? effect
    : { ...effect, receipt: JSON.parse(receipt) as Effect['receipt'] & {} };
}

/** Intents and receipts of writes to a forge, in DynamoDB. */
export function dynamoEffectStore(table: Table): EffectStore {
  return {
    intend: (key, run, kind, events) =>
      table.write(async () => {
        const found = await table.get<Row>(effectKeyOf(key));
        if (found !== undefined)
          return { result: sameEffect(effectIn(found), run, kind), writes: [] };
        const position = await nextPosition(table, run);
        const intended: Write[] = [
          { name: 'effect', put: { ...effectKeyOf(key), key, run, kind }, when: 'absent' },
          // Refused where another effect of the run took the place.
          { name: 'list', put: { ...effectListKey(run, position), key, position }, when: 'absent' },
        ];
        const writes = [...intended, ...(await tell(table, run, events))];
        return { result: { key, run, kind }, writes };
      }),
    receipt: (key, receipt, events) =>
      table.write(async () => {
        const found = await table.get<Row>(effectKeyOf(key));
        if (found === undefined) throw new NotFound(`no effect ${key} was intended`);
        if (found.receipt !== undefined) return { result: undefined, writes: [] };
        const { run, kind } = found;
        const put = { ...effectKeyOf(key), key, run, kind, receipt: JSON.stringify(receipt) };
        const done: Write = { name: 'effect', put, when: unchanged(found) };
        return { result: undefined, writes: [done, ...(await tell(table, run, events))] };
      }),
    list: async (run) => {
      const entries = await table.query<Entry>(runPartition(run), { prefix: effectPrefix });
      const rows = await table.getAll<Row>(entries.map(({ key }) => effectKeyOf(key)));
      return rows.map(effectIn);
    },
  };
}

async function nextPosition(table: Table, run: string): Promise<number> {
  const range = { prefix: effectPrefix, newestFirst: true, limit: 1 };
  const [last] = await table.query<Entry>(runPartition(run), range);
  return (last?.position ?? 0) + 1;
}

function sameEffect(found: Effect, run: string, kind: EffectKind): Effect {
  if (found.run !== run || found.kind !== kind) {
    throw new LedgerConflict(`effect ${found.key} is a ${found.kind} of run ${found.run}`);
  }
  return found;
}
