import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addUsage, noUsage, tokensOf } from '../../../lib/domain/budget.ts';
import { budgetStoreContract } from '../../contract/budget-store.ts';
import { storeMaker } from './open-stores.ts';

const make = storeMaker();
budgetStoreContract(make);

const budget = { dollars: 1e6, tokens: 1e12, turns: 1e6 };
const count = fc.nat({ max: 100_000 });
const dollars = fc.double({ min: 0, max: 20, noNaN: true });
const call = fc.record({
  estimate: fc.record({ tokens: count, dollars }),
  used: fc.option(
    fc.record({
      usage: fc.record({ input: count, cacheRead: count, cacheWrite: count, output: count }),
      dollars,
    }),
  ),
});

test('the sum that is kept is the sum of the calls, however they overlap', async () => {
  const { budgets } = await make();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 8 }), async (calls) => {
      runs += 1;
      const run = `r-${runs}`;
      await Promise.all(
        calls.map(async ({ estimate, used }, n) => {
          await budgets.reserve(run, `c-${n}`, budget, estimate, []);
          if (used) await budgets.settle(run, `c-${n}`, used.usage, used.dollars, []);
        }),
      );
      const spent = await budgets.spent(run);
      const tokens = calls.map(({ used, estimate }) =>
        used ? tokensOf(used.usage) : estimate.tokens,
      );
      const cost = calls.map(({ used, estimate }) => used?.dollars ?? estimate.dollars);
      expect(spent).toEqual({
        turns: calls.length,
        tokens: tokens.reduce((a, b) => a + b, 0),
        dollars: expect.closeTo(
          cost.reduce((a, b) => a + b, 0),
          9,
        ),
        usage: calls.map(({ used }) => used?.usage ?? noUsage).reduce(addUsage, noUsage),
      });
    }),
    { numRuns: 15, seed: 20_260 },
  );
});
