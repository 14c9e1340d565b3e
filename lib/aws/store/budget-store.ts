import {
  addUsage,
  admitCall,
  noUsage,
  type Spending,
  tokensOf,
  type Usage,
} from '../../domain/budget.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import type { BudgetStore } from '../../domain/ports.ts';
import { tell } from './event-log.ts';
import { callKey, spendingKey } from './keys.ts';
import type { Stored, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

/** One model call: its upper bound while in flight, what it used once settled. */
interface Call {
  readonly tokens: number;
  readonly dollars: number;
  /** JSON; missing while in flight. */
  readonly usage?: string;
}
/** The sum of a run's calls, as `Spending`, and of what the settled ones used. JSON. */
type Totals = Spending & { readonly usage: string };

const nothing: Spending & { readonly usage: Usage } = {
  turns: 0,
  tokens: 0,
  dollars: 0,
  usage: noUsage,
};

/**
 * The budget's account in DynamoDB: one item a model call, and their sum in one item that is written in the
 * same transaction, so that a call costs the same whether it is the first or the thousandth.
 */
export function dynamoBudgetStore(table: Table): BudgetStore {
  const read = async (run: string, call: string) => {
    const [found, totals] = await Promise.all([
      table.get<Call>(callKey(run, call)),
      table.get<Totals>(spendingKey(run)),
    ]);
    return { found, totals, spent: spentIn(totals) };
  };
  return {
    reserve: (run, call, budget, estimate, events) =>
      table.write(async () => {
        const { found, totals, spent } = await read(run, call);
        if (found?.usage !== undefined) {
          throw new LedgerConflict(`model call ${call} of run ${run} was settled before`);
        }
        const { turns, tokens, dollars } = spent;
        if (found !== undefined) return { result: { turns, tokens, dollars }, writes: [] };
        admitCall(budget, spent, estimate);
        const most = exact(estimate.dollars ?? 0);
        const sum = {
          turns: turns + 1,
          tokens: tokens + estimate.tokens,
          dollars: exact(dollars + most),
        };
        const writes: Write[] = [
          put(run, call, undefined, { tokens: estimate.tokens, dollars: most }),
          putTotals(run, totals, { ...spent, ...sum }),
        ];
        return { result: sum, writes: [...writes, ...(await tell(table, run, events))] };
      }),
    settle: (run, call, usage, cost = 0, events) =>
      table.write(async () => {
        const { found, totals, spent } = await read(run, call);
        if (found === undefined) throw new NotFound(`run ${run} has reserved no call ${call}`);
        if (found.usage !== undefined) return { result: undefined, writes: [] };
        const tokens = tokensOf(usage);
        const dollars = exact(cost);
        const writes: Write[] = [
          put(run, call, found, { tokens, dollars, usage: JSON.stringify(usage) }),
          putTotals(run, totals, {
            turns: spent.turns,
            tokens: spent.tokens - found.tokens + tokens,
            dollars: exact(spent.dollars - found.dollars + dollars),
            usage: addUsage(spent.usage, usage),
          }),
        ];
        return { result: undefined, writes: [...writes, ...(await tell(table, run, events))] };
      }),
    spent: async (run) => spentIn(await table.get<Totals>(spendingKey(run))),
  };
}

function spentIn(totals: Totals | undefined): Spending & { readonly usage: Usage } {
  if (totals === undefined) return nothing;
  const { turns, tokens, dollars, usage } = totals;
  return { turns, tokens, dollars, usage: JSON.parse(usage) as Usage };
}

function put(run: string, call: string, found: Stored<Call> | undefined, next: Call): Write {
  return { name: 'call', put: { ...callKey(run, call), ...next }, when: unchanged(found) };
}

function putTotals(
  run: string,
  found: Stored<Totals> | undefined,
  { usage, ...sum }: Spending & { readonly usage: Usage },
): Write {
  const item = { ...spendingKey(run), ...sum, usage: JSON.stringify(usage) };
  return { name: 'spending', put: item, when: unchanged(found) };
}

/**
 * Without parts of a picodollar: what floating point adds of its own must not grow from call to call, and the
 * table holds no number of any smallness.
 */
function exact(dollars: number): number {
  return Number(dollars.toFixed(12));
}
