import { expect, test } from '@jest/globals';
import { startAllowance } from '../../lib/github/allowance.ts';

const reset = 1_800_000_000;
let now = (reset - 600) * 1000;
const headers = (remaining: number, limit = 5000, resource = 'core') => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
  'x-ratelimit-resource': resource,
});

test('keeps a hundred calls for each run that may be at work, until GitHub counts anew', () => {
  const allowance = startAllowance(() => now);
  expect(allowance.spentUntil('ada', 4)).toBeUndefined();
  allowance.seen('ada', headers(400));
  expect(allowance.spentUntil('ada', 4)).toBeUndefined();
  allowance.seen('ada', headers(399));
  expect(allowance.spentUntil('ada', 4)).toBe(reset * 1000 + 1000);
  expect(allowance.spentUntil('ada', 3)).toBeUndefined();
  now = reset * 1000 + 1000;
  expect(allowance.spentUntil('ada', 4)).toBeUndefined();
  now = (reset - 600) * 1000;
});

test('leaves half of what there is to begin with, however many runs there may be', () => {
  const allowance = startAllowance(() => now);
  allowance.seen('ada', headers(2500));
  expect(allowance.spentUntil('ada', 1000)).toBeUndefined();
  allowance.seen('ada', headers(2499));
  expect(allowance.spentUntil('ada', 1000)).toBeDefined();
});

test.each([
  ['another account', 'bob', headers(0)],
  ['another limit', 'ada', headers(0, 5000, 'graphql')],
  ['a server without limits', 'ada', {}],
  ['no numbers', 'ada', { ...headers(0), 'x-ratelimit-remaining': 'few' }],
])('%s holds nothing', (_, account, said) => {
  const allowance = startAllowance(() => now);
  allowance.seen(account, said);
  expect(allowance.spentUntil('ada', 4)).toBeUndefined();
});
