import type { Prices } from './prices.ts';
import type { FreeUse, Line } from './template.ts';

type Name = keyof Prices['free'];

/** Price of one unit of each thing that an account may use of for nothing. */
function unitPrices(prices: Prices): Readonly<Record<Name, number>> {
  return {
    lambdaGbSeconds: prices.lambda.gbSecond,
    lambdaRequests: prices.lambda.request,
    transitions: prices.states.transition,
    logGb: prices.logs.inGb,
    tableGb: prices.dynamodb.gbMonth,
    outGb: prices.network.outGb,
    traces: prices.xray.trace,
  };
}

/**
 * What an issue costs less at so many issues a month, if nothing else in the account uses what is free. Calls
 * by the clock have taken their part of it already.
 */
export function freeShare(lines: readonly Line[], issues: number, idle: FreeUse, prices: Prices) {
  const units = unitPrices(prices);
  return (Object.keys(units) as Name[]).reduce((saved, name) => {
    const each = lines.reduce((all, { uses }) => all + (uses?.[name] ?? 0), 0);
    const left = Math.max(0, prices.free[name] - (idle[name] ?? 0));
    return saved + Math.min(each, left / issues) * units[name];
  }, 0);
}
