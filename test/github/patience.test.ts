import { expect, test } from '@jest/globals';
import { pauseBefore, startPatience } from '../../lib/github/patience.ts';

const now = 1_700_000_000_000;
const failed = (status: number | undefined, headers: Record<string, unknown> = {}) =>
  status === undefined ? {} : { status, response: { headers } };
const pause = (method: string, error: object, tries = 1) =>
  pauseBefore(error, { method, tries, now });

test.each([
  ['secondary limit', 'POST', failed(403, { 'retry-after': '7' }), 7000],
  ['secondary limit by 429', 'POST', failed(429, { 'retry-after': '7' }), 7000],
  [
    'primary limit',
    'PATCH',
    failed(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) }),
    31_000,
  ],
  [
    'primary limit that is over',
    'GET',
    failed(429, { 'x-ratelimit-remaining': 0, 'x-ratelimit-reset': now / 1000 - 30 }),
    1000,
  ],
  ['forbidden', 'GET', failed(403, { 'x-ratelimit-remaining': '17' }), undefined],
  ['nonsense', 'GET', failed(403, { 'retry-after': 'soon' }), undefined],
  ['a read that failed', 'GET', failed(502), 500],
  ['a read without an answer', 'GET', failed(undefined), 500],
  ['a write that failed', 'POST', failed(502), undefined],
  ['a write without an answer', 'PUT', failed(undefined), undefined],
  ['not found', 'GET', failed(404), undefined],
  ['invalid', 'POST', failed(422), undefined],
])('%s by %s', (_name, method, error, expected) => {
  expect(pause(method, error)).toBe(expected);
});

test('a read is tried three times', () => {
  expect([1, 2, 3].map((tries) => pause('GET', failed(500), tries))).toEqual([
    500,
    1000,
    undefined,
  ]);
});

test('patience comes to an end', async () => {
  const patience = startPatience(3);
  expect(await patience.wait(2)).toBe(true);
  expect(await patience.wait(2)).toBe(false);
  expect(await patience.wait(1)).toBe(true);
});
