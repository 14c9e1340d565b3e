import { BudgetExceeded } from './errors.ts';

/** Tokens of model calls, as the provider counted them. `input` excludes cached tokens. */
export interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}
export const noUsage: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };

/** Sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    output: a.output + b.output,
  };
}

/** All tokens, cached ones included. */
export function tokensOf(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
}

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}

/** Dollars of a usage, or undefined where the model has no price. */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined;
  const micro =
    usage.input * price.input +
    usage.cacheRead * price.cacheRead +
    usage.cacheWrite * price.cacheWrite +
    usage.output * price.output;
  return micro / 1_000_000;
}

/** What one issue may cost over all roles, rounds and retries. */
export interface Budget {
  /** US dollars; binds only models with a price. */
  readonly dollars: number;
  /** Tokens of all kinds; binds always. */
  readonly tokens: number;
  /** Model calls. */
  readonly turns: number;
}

/** Used when the operator names none. */
export const defaultBudget: Budget = { dollars: 5, tokens: 5_000_000, turns: 300 };

/** What a run has used: settled calls plus calls in flight at their upper bound. */
export interface Spending {
  readonly turns: number;
  readonly tokens: number;
  readonly dollars: number;
}

/** What a budget leaves to whoever goes on where `spent` was spent before. */
export function budgetLeft(budget: Budget, spent: Spending | undefined): Budget {
  if (spent === undefined) return budget;
  return {
    dollars: Math.max(0, budget.dollars - spent.dollars),
    tokens: Math.max(0, budget.tokens - spent.tokens),
    turns: Math.max(0, budget.turns - spent.turns),
  };
}

/** Upper bound of one call before it is made. */
export interface CallEstimate {
  readonly tokens: number;
  /** Undefined where the model has no price. */
  readonly dollars: number | undefined;
}

/** Refuses the call that could break the budget. Throws `BudgetExceeded`. */
export function admitCall(budget: Budget, spent: Spending, call: CallEstimate): void {
  if (spent.turns + 1 > budget.turns) {
    throw new BudgetExceeded(`${spent.turns} model calls used of ${budget.turns} for this issue`);
  }
  if (spent.tokens + call.tokens > budget.tokens) {
    throw new BudgetExceeded(
      `${spent.tokens} tokens used of ${budget.tokens}; the next call may take ${call.tokens}`,
    );
  }
  if (call.dollars !== undefined && spent.dollars + call.dollars > budget.dollars) {
    throw new BudgetExceeded(
      `$${spent.dollars.toFixed(4)} used of $${budget.dollars.toFixed(2)}; the next call may cost $${call.dollars.toFixed(4)}`,
    );
  }
}
