import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { engineNames } from '../../lib/domain/engine.ts';
import { bundleHarness } from '../../task-image/bundle.ts';
import { folder } from '../agent/fixtures/repository.ts';

test('the bundle runs by itself, names what is missing, and holds nothing but the harness', async () => {
  const to = folder('bundle');
  await Promise.all([bundleHarness(to), bundleHarness(to)]);
  const entry = join(to, 'bin', 'harness.mjs');
  const { status, stderr } = spawnSync(process.execPath, [entry], { env: {}, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'harness: ENTROPY_LIFE_LINE is not set\n']);
  const text = readFileSync(entry, 'utf8');
  expect(statSync(entry).size).toBeLessThan(2_000_000);
  expect(text).not.toMatch(/^\/\/ lib\/(local|aws|cdk|services|github|providers)\//m);
  // No path of the machine that made it.
  expect(text).not.toContain(fileURLToPath(new URL('../../', import.meta.url)));
  // Loaded by name, which a bundler has to foresee.
  for (const name of engineNames) expect(text).toContain(`"./adapters/${name}.ts": () =>`);
  expect(existsSync(join(to, 'checks', 'reporters', 'node-test.mjs'))).toBe(true);
});
