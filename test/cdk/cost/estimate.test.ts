import { describe, expect, test } from '@jest/globals';
import { estimate } from '../../../lib/cdk/cost/estimate.ts';
import { prices } from '../../../lib/cdk/cost/prices.ts';
import { report } from '../../../lib/cdk/cost/report.ts';
import { sum } from '../../../lib/cdk/cost/template.ts';
import { countedModel } from '../../../lib/cdk/cost/tokens.ts';
import { priceOf } from '../../../lib/providers/prices.ts';
import { templates } from './templates.ts';

const estimated = estimate(templates, prices, priceOf(countedModel));
const [dns, proxied] = estimated.tiers;
const at = (tier: typeof dns, issues: number) => {
  const found = tier?.volumes.find((volume) => volume.issues === issues);
  if (found === undefined) throw new Error(`${issues} is not counted for`);
  return found;
};

describe('an issue in tier dns', () => {
  test.each([10, 100, 10_000])('of %p a month costs at most 3 cents on demand', (issues) => {
    expect(at(dns, issues).issue['on demand']).toBeLessThanOrEqual(0.03);
  });

  test.each([10, 100])('of %p a month costs at most 1.5 cents on Spot', (issues) => {
    expect(at(dns, issues).afterFreeUse.spot).toBeLessThanOrEqual(0.015);
  });

  // What Spot takes nothing off, table, ledger, gateway, addresses, is over a cent by itself.
  test('at list prices, or where free use is used up, it costs at most 2 cents on Spot', () => {
    expect(at(dns, 10_000).issue.spot).toBeLessThanOrEqual(0.02);
  });

  test('free use is worth the less of each, the more there are', () => {
    const saved = [10, 100, 10_000].map((issues) => {
      const { issue, afterFreeUse } = at(dns, issues);
      return issue['on demand'] - afterFreeUse['on demand'];
    });
    expect(saved[0]).toBeCloseTo(saved[1] ?? 0, 6);
    expect(saved[2]).toBeGreaterThan(0);
    expect(saved[2]).toBeLessThan(saved[1] ?? 0);
  });
});

describe('an issue in tier proxied', () => {
  test('has no address of its own to pay', () => {
    const line = proxied?.lines['on demand'].find(({ what }) => what === 'Public addresses');
    expect(line?.dollars).toBe(0);
  });

  test('pays for an hour of endpoints and proxy where it is alone, and a hundredth in a crowd', () => {
    const beside = (issues: number) =>
      at(proxied, issues).issue['on demand'] - sum(proxied?.lines['on demand'] ?? []);
    expect(beside(10)).toBeGreaterThan(0.04);
    expect(beside(10)).toBeLessThan(0.05);
    expect(beside(10_000)).toBeLessThan(0.004);
  });

  test('costs at most 8 cents alone and 3.5 in a crowd', () => {
    expect(at(proxied, 10).issue['on demand']).toBeLessThanOrEqual(0.08);
    expect(at(proxied, 10_000).issue['on demand']).toBeLessThanOrEqual(0.035);
  });
});

test('tokens are most of what a merged pull request costs', () => {
  const { mergedPullRequest, month, afterFreeUse } = at(dns, 100);
  expect(estimated.tokens).toBeGreaterThan(20 * afterFreeUse['on demand']);
  expect(mergedPullRequest['on demand']).toBeGreaterThan(estimated.tokens);
  expect(month['on demand']).toBeCloseTo(
    (dns?.idleMonth ?? 0) + 100 * afterFreeUse['on demand'],
    6,
  );
});

test('something is to be seen within ten seconds of the label', () => {
  const { status, firstModelCall, pullRequest } = estimated.timing;
  expect(status).toBeLessThanOrEqual(10);
  expect(firstModelCall).toBeGreaterThan(status);
  expect(pullRequest).toBeGreaterThan(20 * 60);
});

test('the report says prices, assumptions and every figure', () => {
  const text = report(estimated);
  for (const part of [
    prices.date,
    'issue-reader 3, coder 12',
    '10000',
    'Tier proxied',
    countedModel,
  ]) {
    expect(text).toContain(part);
  }
});
