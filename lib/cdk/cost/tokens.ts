import { costOf, type Price } from '../../domain/budget.ts';
import { workload } from './workload.ts';

/** The model that is counted with: the one that runs are done with unless another is named. */
export const countedModel = 'claude-sonnet-5-5';

/** What a typical issue costs in tokens. Throws where the model has no price. */
export function tokenDollars(price: Price | undefined): number {
  const dollars = costOf(workload.tokens, price);
  if (dollars === undefined) throw new Error(`${countedModel} has no price`);
  return dollars;
}
