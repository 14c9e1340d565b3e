import { expect, test } from '@jest/globals';
import { providerOf } from '../../lib/providers/provider.ts';

test.each([
  [{ provider: 'anthropic', model: 'm' }, 'ANTHROPIC_API_KEY'],
  [{ provider: 'openai-compatible', model: 'm' }, '--base-url'],
  [{ provider: 'replay', model: 'm' }, 'replay'],
] as const)('what %j lacks is named', (choice, setting) => {
  expect(() => providerOf(choice, {})).toThrow(
    expect.objectContaining({ name: 'ConfigInvalid', message: expect.stringContaining(setting) }),
  );
});

test('each choice has its provider', () => {
  const keys = { anthropic: 'k' };
  expect(providerOf({ provider: 'anthropic', model: 'm' }, keys)).toBeInstanceOf(Function);
  const local = {
    provider: 'openai-compatible',
    model: 'm',
    baseUrl: 'http://127.0.0.1:1',
  } as const;
  expect(providerOf(local, {})).toBeInstanceOf(Function);
  const turns = async () => undefined;
  expect(providerOf({ provider: 'replay', model: 'm' }, {}, turns)).toBeInstanceOf(Function);
});
