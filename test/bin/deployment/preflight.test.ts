import { expect, test } from '@jest/globals';
import { inspectTier } from '../../../bin/deployment/preflight.ts';

test('tier proxied is told as it is: made while runs do, billed by the hour, never seen on an account', () => {
  expect(inspectTier({ tier: 'proxied' })).toEqual({
    name: 'egress',
    state: 'warning',
    detail: expect.stringMatching(/by the hour while runs do/),
    fix: expect.stringMatching(/never seen on an account/),
  });
  expect(JSON.stringify(inspectTier({ tier: 'proxied' }))).not.toMatch(
    /not made|no sandbox starts/,
  );
  expect(inspectTier({}).state).toBe('ok');
});
