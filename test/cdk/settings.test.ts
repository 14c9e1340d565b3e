import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readSettings, settingNames } from '../../lib/cdk/settings.ts';

const read = (values: Record<string, unknown>) => readSettings((name) => values[name]);

describe('without a word', () => {
  const { deployment, emulator } = read({});

  test('data is kept, nothing is locked for good, and it is for public repositories', () => {
    expect(emulator).toBe(false);
    expect(deployment).toMatchObject({
      name: 'entropy',
      tier: 'dns',
      keepData: true,
      retention: { mode: 'GOVERNANCE', days: 400 },
      spot: false,
      reserved: false,
      minutes: { sweep: 5, dispatch: 5 },
    });
  });

  test('what was not said is not there', () => {
    for (const name of ['appId', 'email', 'gatewayUrl', 'repositories']) {
      expect(deployment).not.toHaveProperty(name);
    }
  });
});

test('words of the command line are read', () => {
  const { deployment } = read({
    ...{ name: 'two', tier: 'proxied', spot: 'true', allow: 'a.example.org, *.b.example.org' },
    ...{ ledgerMode: 'COMPLIANCE', ledgerDays: '7', appId: '12', capacity: '3' },
    ...{ repositories: 'o/r o/s', email: 'a@example.org' },
  });
  expect(deployment).toMatchObject({
    ...{ name: 'two', tier: 'proxied', spot: true, allow: ['a.example.org', '*.b.example.org'] },
    ...{ retention: { mode: 'COMPLIANCE', days: 7 }, appId: '12', capacity: 3 },
    ...{ repositories: ['o/r', 'o/s'], email: 'a@example.org' },
  });
});

test('an emulator keeps nothing', () => {
  expect(read({ emulator: 'true' })).toMatchObject({
    emulator: true,
    deployment: { keepData: false },
  });
});

test('all that is wrong is told at once, by name', () => {
  const wrong = { name: 'Two Words', tier: 'open', allow: '10.0.0.1', ledgerDays: '0', appId: 'x' };
  expect(() => read(wrong)).toThrow(
    expect.objectContaining({
      name: 'ConfigInvalid',
      message: expect.stringMatching(/name[\s\S]*tier[\s\S]*allow[\s\S]*ledgerDays[\s\S]*appId/),
    }),
  );
});

test('cdk.json names none that nobody reads', () => {
  const file = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');
  const { context } = JSON.parse(file) as { context: Record<string, unknown> };
  const own = Object.keys(context).filter((name) => !name.startsWith('@aws-cdk/'));
  expect(own.filter((name) => !(settingNames as readonly string[]).includes(name))).toEqual([]);
});
