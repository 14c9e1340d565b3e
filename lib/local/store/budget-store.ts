import { addUsage, admitCall, noUsage, tokensOf, type Usage } from '../../domain/budget.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import type { BudgetStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';
import { appendEvents } from './event-log.ts';

/** One model call: its upper bound while in flight, what it used once settled. */
interface Row {
  readonly tokens: number;
  readonly dollars: number;
  /** JSON; null while in flight. */
  readonly usage: string | null;
}

/** The budget's account in SQLite: one row a model call. */
export function sqliteBudgetStore(database: Database): BudgetStore {
  const find = (run: string, call: string): Row | undefined =>
    database.get<Row>(
      'SELECT tokens, dollars, usage FROM calls WHERE run = ? AND call = ?',
      run,
      call,
    );
  const spent = (run: string) => spendingOf(callsOf(database, run));
  return {
    reserve: async (run, call, budget, estimate, events) =>
      database.write(() => {
        const found = find(run, call);
        if (found !== undefined && found.usage !== null) {
          throw new LedgerConflict(`model call ${call} of run ${run} was settled before`);
        }
        if (found === undefined) {
          admitCall(budget, spent(run), estimate);
          database.run(
            'INSERT INTO calls (run, call, tokens, dollars) VALUES (?, ?, ?, ?)',
            run,
            call,
            estimate.tokens,
            estimate.dollars ?? 0,
          );
          appendEvents(database, run, events);
        }
        const { turns, tokens, dollars } = spent(run);
        return { turns, tokens, dollars };
      }),
    settle: async (run, call, usage, dollars, events) =>
      database.write(() => {
        const found = find(run, call);
        if (found === undefined) throw new NotFound(`run ${run} has reserved no call ${call}`);
        if (found.usage !== null) return;
        database.run(
          'UPDATE calls SET tokens = ?, dollars = ?, usage = ? WHERE run = ? AND call = ?',
          tokensOf(usage),
          dollars ?? 0,
          JSON.stringify(usage),
          run,
          call,
        );
        appendEvents(database, run, events);
      }),
    spent: async (run) => spent(run),
  };
}

function callsOf(database: Database, run: string): Row[] {
  return database.all<Row>('SELECT tokens, dollars, usage FROM calls WHERE run = ?', run);
}

function spendingOf(calls: readonly Row[]) {
  const used = calls.flatMap(({ usage }) => (usage === null ? [] : [JSON.parse(usage) as Usage]));
  return {
    turns: calls.length,
    tokens: calls.reduce((sum, call) => sum + call.tokens, 0),
    dollars: calls.reduce((sum, call) => sum + call.dollars, 0),
    usage: used.reduce(addUsage, noUsage),
  };
}
