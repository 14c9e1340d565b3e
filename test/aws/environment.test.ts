import { expect, test } from '@jest/globals';
import { functionEnvironment } from '../../lib/aws/environment.ts';

const environment = functionEnvironment({ ENTROPY_TABLE_NAME: 'runs', ENTROPY_EGRESS: '' });

test('gives what the stack set', () => {
  expect(environment.needed('table')).toBe('runs');
  expect(environment.given('table')).toBe('runs');
});

test.each(['egress', 'gateway'] as const)('%s is not given where it is empty or not set', (key) => {
  expect(environment.given(key)).toBeUndefined();
});

test.each([
  ['egress', 'ENTROPY_EGRESS'],
  ['signerKey', 'ENTROPY_SIGNER_KEY_ID'],
] as const)('%s that is needed is told by its name', (key, name) => {
  const fault = { name: 'ConfigInvalid', message: `${name} is not set: deploy the stack again` };
  expect(() => environment.needed(key)).toThrow(expect.objectContaining(fault));
});
