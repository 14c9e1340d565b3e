import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyChange } from '../../lib/agent/change-files.ts';
import { PolicyViolation } from '../../lib/domain/errors.ts';
import type { FileChange } from '../../lib/domain/handoff.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'change-'));
const file = (path: string, text: string | null, mode: FileChange['mode'] = '100644') =>
  ({
    path,
    mode,
    content: text === null ? null : Buffer.from(text).toString('base64'),
  }) satisfies FileChange;

describe('applyChange', () => {
  test('writes files with their modes, makes folders, replaces and deletes', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'old/deep'), { recursive: true });
    writeFileSync(join(dir, 'old/deep/gone.txt'), 'x');
    writeFileSync(join(dir, 'kept.sh'), 'before');
    await applyChange(dir, [
      file('new/deep/a.txt', 'hällo\n'),
      file('kept.sh', '#!/bin/sh\n', '100755'),
      file('old/deep/gone.txt', null),
      file('never/was.txt', null),
    ]);
    expect(readFileSync(join(dir, 'new/deep/a.txt'), 'utf8')).toBe('hällo\n');
    expect(lstatSync(join(dir, 'new/deep/a.txt')).mode & 0o777).toBe(0o644);
    expect(lstatSync(join(dir, 'kept.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(dir, 'old'))).toBe(false);
  });

  test('a file becomes a folder and a folder a file, in one change', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'a'), 'x');
    mkdirSync(join(dir, 'b'));
    writeFileSync(join(dir, 'b/c'), 'x');
    await applyChange(dir, [
      file('a/inner', 'in'),
      file('a', null),
      file('b', 'file'),
      file('b/c', null),
    ]);
    expect(readFileSync(join(dir, 'a/inner'), 'utf8')).toBe('in');
    expect(readFileSync(join(dir, 'b'), 'utf8')).toBe('file');
  });

  test('links are written as links and never written through', async () => {
    const dir = folder();
    const outside = folder();
    writeFileSync(join(outside, 'target'), 'untouched');
    symlinkSync(join(outside, 'target'), join(dir, 'link'));
    symlinkSync(outside, join(dir, 'linked'));
    await applyChange(dir, [file('link', 'now a file'), file('to', '../x', '120000')]);
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('untouched');
    expect(readFileSync(join(dir, 'link'), 'utf8')).toBe('now a file');
    expect(readlinkSync(join(dir, 'to'))).toBe('../x');
    await expect(applyChange(dir, [file('linked/new', 'x')])).rejects.toThrow(PolicyViolation);
    await applyChange(dir, [file('linked/target', null)]);
    expect(existsSync(join(outside, 'target'))).toBe(true);
    expect(existsSync(join(outside, 'new'))).toBe(false);
  });

  test.each([
    '../x',
    '/etc/x',
    'a/../../x',
    'a//b',
    './a',
    '.git/config',
    'sub/.GIT/hooks/x',
    'a\\b',
    'a\0b',
  ])('refuses %j before it touches anything', async (path) => {
    const dir = folder();
    await expect(applyChange(dir, [file('first', 'x'), file(path, 'x')])).rejects.toThrow(
      PolicyViolation,
    );
    expect(existsSync(join(dir, 'first'))).toBe(false);
  });

  test('a folder with files is not swept away by a file', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a/kept'), 'x');
    await expect(applyChange(dir, [file('a', 'x')])).rejects.toThrow('stands where a file');
    expect(existsSync(join(dir, 'a/kept'))).toBe(true);
  });
});
