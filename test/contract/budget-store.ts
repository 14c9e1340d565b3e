import { expect, test } from '@jest/globals';
import { noUsage } from '../../lib/domain/budget.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { event, kindsOf } from './examples.ts';

const budget = { dollars: 1, tokens: 100, turns: 3 };
const exceeded = { name: 'BudgetExceeded' };

/** What every `BudgetStore` does. Each test gets stores of its own. */
export function budgetStoreContract(make: () => Promise<Pick<Ports, 'budgets' | 'ledger'>>): void {
  test('sets the estimate aside, then counts what was used', async () => {
    const { budgets, ledger } = await make();
    const estimate = { tokens: 60, dollars: 0.5 };
    expect(await budgets.reserve('r-1', 'c-1', budget, estimate, [event('call.reserved')])).toEqual(
      { turns: 1, tokens: 60, dollars: 0.5 },
    );
    expect(await budgets.spent('r-1')).toEqual({
      turns: 1,
      tokens: 60,
      dollars: 0.5,
      usage: noUsage,
    });
    const usage = { input: 10, cacheRead: 1, cacheWrite: 2, output: 3 };
    await budgets.settle('r-1', 'c-1', usage, 0.25, [event('call.settled')]);
    await budgets.settle('r-1', 'c-1', { ...usage, input: 99 }, 9, [event('call.settled')]);
    expect(await budgets.spent('r-1')).toEqual({ turns: 1, tokens: 16, dollars: 0.25, usage });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['call.reserved', 'call.settled']);
  });

  test('refuses the call that could break the budget, before it is made', async () => {
    const { budgets, ledger } = await make();
    await budgets.reserve('r-1', 'c-1', budget, { tokens: 60, dollars: 0.75 }, []);
    const refuse = async (tokens: number, dollars: number | undefined) =>
      expect(
        budgets.reserve('r-1', 'c-3', budget, { tokens, dollars }, [event('call.reserved')]),
      ).rejects.toMatchObject(exceeded);
    await refuse(41, undefined);
    await refuse(1, 0.5);
    expect(await kindsOf(ledger, 'r-1')).toEqual([]);
    await budgets.reserve('r-1', 'c-2', budget, { tokens: 40, dollars: 0.25 }, []);
    await refuse(1, undefined);
  });

  test('calls in flight count at their upper bound, however many ask at once', async () => {
    const { budgets } = await make();
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        budgets.reserve('r-1', `c-${n}`, budget, { tokens: 50, dollars: undefined }, []),
      ),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await budgets.spent('r-1')).toMatchObject({ turns: 2, tokens: 100, dollars: 0 });
  });

  test('a settled call that used less makes room; turns are never given back', async () => {
    const { budgets } = await make();
    for (const call of ['c-1', 'c-2', 'c-3']) {
      await budgets.reserve('r-1', call, budget, { tokens: 90, dollars: undefined }, []);
      await budgets.settle('r-1', call, noUsage, undefined, []);
    }
    await expect(
      budgets.reserve('r-1', 'c-4', budget, { tokens: 1, dollars: undefined }, []),
    ).rejects.toMatchObject(exceeded);
  });

  test('the same reservation again counts once; a settled call cannot be reserved', async () => {
    const { budgets, ledger } = await make();
    const reserve = () =>
      budgets.reserve('r-1', 'c-1', budget, { tokens: 90, dollars: undefined }, [event('told')]);
    await reserve();
    expect(await reserve()).toEqual({ turns: 1, tokens: 90, dollars: 0 });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['told']);
    await budgets.settle('r-1', 'c-1', noUsage, undefined, []);
    await expect(reserve()).rejects.toMatchObject({ name: 'LedgerConflict' });
    await expect(budgets.settle('r-1', 'c-9', noUsage, undefined, [])).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('runs have accounts of their own', async () => {
    const { budgets } = await make();
    await budgets.reserve('r-1', 'c-1', budget, { tokens: 100, dollars: undefined }, []);
    expect(await budgets.spent('r-2')).toEqual({ turns: 0, tokens: 0, dollars: 0, usage: noUsage });
    await budgets.reserve('r-2', 'c-1', budget, { tokens: 100, dollars: undefined }, []);
  });
}
