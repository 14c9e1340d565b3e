import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { compileHarness } from '../../../lib/local/sandbox/compile-cache.ts';
import { sandboxId } from '../../../lib/local/sandbox/folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compile-cache-'));
  for (const [path, text] of Object.entries({
    'package.json': '{ "type": "module" }\n',
    'task-image/main.ts': 'export const main: string = "main";\n',
    'lib/agent/stage-parts.ts': 'export const stageParts = {};\n',
    'lib/domain/one.ts': '',
    'lib/roles/one.ts': '',
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('what is compiled is found by the user that a sandbox runs as', async () => {
  const main = join(root, 'task-image', 'main.ts');
  compileHarness({ node: process.execPath, main, root });
  const cache = join(root, 'node_modules', '.cache', 'entropy');
  const names = () => {
    try {
      return readdirSync(cache);
    } catch {
      return [];
    }
  };
  // Written last; the test's own limit is the bound.
  while (!names().some((name) => name.startsWith('compiled-'))) await sleep(100);
  const [found] = names().filter((name) => name.endsWith(`-${sandboxId}`));
  expect(found).toContain(process.version);
  expect(readdirSync(realpathSync(join(cache, found ?? ''))).length).toBeGreaterThan(0);
});
