import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { harnessDigest } from '../../../../lib/local/sandbox/docker/harness-digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'digest-'));
const root = join(folder, 'root');
beforeAll(() => {
  for (const part of ['lib/agent', 'lib/domain', 'lib/roles', 'lib/local', 'task-image/dist']) {
    mkdirSync(join(root, part), { recursive: true });
  }
  writeFileSync(join(root, 'package.json'), '{"version":"1","dependencies":{"a":"1"}}');
  writeFileSync(join(root, 'lib/agent/loop.ts'), 'one');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the digest is another after a file was written. */
const changes = (path: string, text: string) => {
  const before = harnessDigest(root);
  writeFileSync(join(root, path), text);
  return harnessDigest(root) !== before;
};

test('is the same wherever the project is', () => {
  cpSync(root, join(folder, 'copy'), { recursive: true });
  expect(harnessDigest(`${join(folder, 'copy')}/`)).toBe(harnessDigest(root));
});

test("changes with the harness's sources, what it depends on and the image's description, and with nothing else", () => {
  expect(changes('lib/agent/loop.ts', 'two')).toBe(true);
  expect(changes('lib/domain/new.ts', '')).toBe(true);
  expect(changes('task-image/Dockerfile', 'FROM x')).toBe(true);
  expect(changes('package.json', '{"version":"2","dependencies":{"a":"1"}}')).toBe(false);
  expect(changes('package.json', '{"version":"2","dependencies":{"a":"2"}}')).toBe(true);
  expect(changes('task-image/dist/harness.mjs', 'made')).toBe(false);
  expect(changes('lib/local/compose.ts', 'other')).toBe(false);
});
