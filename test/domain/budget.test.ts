import { describe, expect, test } from '@jest/globals';
import {
  addUsage,
  admitCall,
  budgetLeft,
  costOf,
  noUsage,
  tokensOf,
} from '../../lib/domain/budget.ts';

const usage = { input: 1000, cacheRead: 200, cacheWrite: 30, output: 4 };

test('tokens are all tokens, cached ones included', () => {
  expect(tokensOf(usage)).toBe(1234);
  expect(tokensOf(noUsage)).toBe(0);
});

test('usages add up member by member', () => {
  expect(addUsage(usage, { input: 1, cacheRead: 2, cacheWrite: 3, output: 4 })).toEqual({
    input: 1001,
    cacheRead: 202,
    cacheWrite: 33,
    output: 8,
  });
  expect(addUsage(usage, noUsage)).toEqual(usage);
});

test('cost is dollars per million of each kind, and unknown without a price', () => {
  const price = { input: 3, cacheRead: 0.3, cacheWrite: 3.75, output: 15 };
  expect(costOf({ ...noUsage, input: 1_000_000 }, price)).toBe(3);
  expect(costOf({ ...noUsage, cacheRead: 1_000_000 }, price)).toBe(0.3);
  expect(costOf({ ...noUsage, cacheWrite: 1_000_000 }, price)).toBe(3.75);
  expect(costOf({ ...noUsage, output: 1_000_000 }, price)).toBe(15);
  expect(costOf(usage, undefined)).toBeUndefined();
});

describe('admission of a call', () => {
  const budget = { dollars: 1, tokens: 100, turns: 2 };
  const nothing = { turns: 0, tokens: 0, dollars: 0 };
  const exceeded = (message: RegExp) =>
    expect.objectContaining({ name: 'BudgetExceeded', message: expect.stringMatching(message) });

  test('a call that fits to the last token and cent is made', () => {
    admitCall(budget, nothing, { tokens: 100, dollars: 1 });
    admitCall(budget, { turns: 1, tokens: 60, dollars: 0.5 }, { tokens: 40, dollars: 0.5 });
  });

  test.each([
    ['turns', { ...nothing, turns: 2 }, { tokens: 1, dollars: 0 }, /2 model calls used of 2/],
    ['tokens', { ...nothing, tokens: 60 }, { tokens: 41, dollars: 0 }, /60 tokens used of 100/],
    ['dollars', { ...nothing, dollars: 0.5 }, { tokens: 1, dollars: 0.51 }, /\$0\.5000 used of/],
  ])('one that could break the budget in %s is refused', (_, spent, call, message) => {
    expect(() => admitCall(budget, spent, call)).toThrow(exceeded(message));
  });

  test('without a price the tokens still bind', () => {
    admitCall(budget, { ...nothing, dollars: 99 }, { tokens: 100, dollars: undefined });
    expect(() => admitCall(budget, nothing, { tokens: 101, dollars: undefined })).toThrow(
      exceeded(/the next call may take 101/),
    );
  });
});

test('what an earlier run of the issue spent is taken off, and never more than there is', () => {
  const budget = { dollars: 1, tokens: 1000, turns: 10 };
  expect(budgetLeft(budget, undefined)).toEqual(budget);
  const left = budgetLeft(budget, { dollars: 0.25, tokens: 400, turns: 12 });
  expect(left).toEqual({ dollars: 0.75, tokens: 600, turns: 0 });
});
