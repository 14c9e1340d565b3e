import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { projectContext } from '../../lib/cdk/project-context.ts';
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
    ...{ repositories: 'o/r o/s', email: 'a@example.org', sizes: 'coder=2048/8192' },
  });
  expect(deployment).toMatchObject({
    ...{ name: 'two', tier: 'proxied', spot: true, allow: ['a.example.org', '*.b.example.org'] },
    ...{ retention: { mode: 'COMPLIANCE', days: 7 }, appId: '12', capacity: 3 },
    ...{ repositories: ['o/r', 'o/s'], email: 'a@example.org' },
    sizes: { coder: { cpu: 2048, memory: 8192 } },
  });
});

test('an emulator keeps nothing', () => {
  expect(read({ emulator: 'true' })).toMatchObject({
    emulator: true,
    deployment: { keepData: false },
  });
});

test('all that is wrong is told at once, by name', () => {
  const wrong = {
    name: 'Two Words',
    tier: 'open',
    allow: '10.0.0.1',
    ledgerDays: '0',
    appId: 'x',
    sizes: 'cook=1/2',
  };
  expect(() => read(wrong)).toThrow(
    expect.objectContaining({
      name: 'ConfigInvalid',
      message: expect.stringMatching(
        /name[\s\S]*tier[\s\S]*allow[\s\S]*ledgerDays[\s\S]*sizes[\s\S]*appId/,
      ),
    }),
  );
});

test('cdk.json names none that nobody reads', () => {
  const own = Object.keys(projectContext()).filter((name) => !name.startsWith('@aws-cdk/'));
  expect(own.filter((name) => !(settingNames as readonly string[]).includes(name))).toEqual([]);
});

test('every setting is told', () => {
  const told = readFileSync(new URL('../../docs/aws.md', import.meta.url), 'utf8');
  for (const name of settingNames) expect(told).toContain(`\`${name}\``);
});
