import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { policySchema } from '../../../lib/domain/policy.ts';

const samples = fileURLToPath(new URL('../../../lib/local/playground/samples/', import.meta.url));
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'samples-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Exit code of the sample's own tests over the given folders, each laid over the one before. */
async function testsOf(name: string, ...layers: readonly string[]): Promise<number> {
  const tree = await mkdtemp(join(dir, `${name}-`));
  for (const layer of layers) {
    const inside = layer.split('/').slice(1).join('/');
    await cp(join(samples, layer), join(tree, inside), { recursive: true });
  }
  // Jest's own NODE_OPTIONS and test context have no place in the sample's tests.
  const child = spawn(process.execPath, ['--test'], { cwd: tree, env: {}, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code as number;
}

describe('cron-lines', () => {
  test('is green with its bug, and green with its fix', async () => {
    expect(await testsOf('bug', 'cron-lines')).toBe(0);
    expect(await testsOf('fix', 'cron-lines', 'cron-lines.fix')).toBe(0);
  });

  test('its regression test is red without the fix', async () => {
    expect(await testsOf('red', 'cron-lines', 'cron-lines.fix', 'cron-lines/src')).toBe(1);
  });

  test('its policy and its issue can be read', async () => {
    const policy = parse(await readFile(join(samples, 'cron-lines/.entropy.yml'), 'utf8'));
    expect(policySchema.parse(policy).merge).toBe('merge-when-approved');
    expect(await readFile(join(samples, 'cron-lines.issue.md'), 'utf8')).toMatch(/^# \S/);
    expect(await readdir(samples)).toContain('cron-lines.fix');
  });
});
