import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { smokePlan } from './plan.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const node = (...args: string[]) =>
  execFileSync(process.execPath, [main, ...args], { encoding: 'utf8', stdio: 'pipe', env: {} });

test('a dry run says each step and does nothing, without credentials', () => {
  const said = node('--dry-run', '--repository', 'octo/smoke');
  const name = /Entropy-(smoke-[0-9a-f]{6}),/.exec(said)?.[1] ?? '';
  const settings = { name, repository: 'octo/smoke', appId: '0' };
  const plan = smokePlan({ ...settings, appKeyFile: '', modelKeyFile: '', tokenFile: '' });
  for (const { what, by } of plan) expect(said).toContain(`: ${what}\n  ${by}`);
  expect(plan.map(({ name }) => name)).toEqual([
    ...['deploy', 'keys', 'issue', 'wait', 'compare', 'destroy'],
  ]);
  expect(said).toMatch(/cdk deploy Entropy-smoke-\w+ .*-c name=smoke-\w+ .*-c ledgerDays=1/);
  // What no code does is not promised.
  expect(said).not.toMatch(/cdk destroy|unlisted name/);
  expect(said).toMatch(/ssm:DeleteParameters/);
  expect(said).toMatch(/Nothing was done\.\n$/);
});

test('without a dry run all that it needs must be given', () => {
  expect(() => node('--repository', 'octo/smoke')).toThrow(/--app-id, --app-key-file/);
});
