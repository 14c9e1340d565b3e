import { expect, test } from '@jest/globals';
import { priceOf, pricesDate } from '../../lib/providers/prices.ts';

test('a listed model has a price, and so has its dated snapshot', () => {
  expect(priceOf('claude-sonnet-4-5')).toEqual({
    input: 3,
    cacheRead: 0.3,
    cacheWrite: 3.75,
    output: 15,
  });
  expect(priceOf('claude-sonnet-4-5-20250929')).toEqual(priceOf('claude-sonnet-4-5'));
  expect(pricesDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});

test('a long prompt costs the long rate', () => {
  expect(priceOf('claude-haiku-5-5', 100_000)).toMatchObject({ input: 0.1 });
  expect(priceOf('claude-haiku-5-5', 100_001)).toMatchObject({ input: 0.5, output: 2.5 });
});

test.each(['qwen2.5-coder', 'toString', ''])('a model that is not listed has none: %s', (model) => {
  expect(priceOf(model)).toBeUndefined();
});
