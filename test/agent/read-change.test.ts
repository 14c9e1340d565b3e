import {
  chmodSync,
  existsSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyChange } from '../../lib/agent/change-files.ts';
import { readChange, readDiff } from '../../lib/agent/read-change.ts';
import { HandoffInvalid } from '../../lib/domain/errors.ts';
import { folder, gitIn, workspace, write } from './fixtures/repository.ts';

const base = {
  'src/a.js': 'one\n',
  'old.txt': 'old\n',
  'run.sh': '#!/bin/sh\n',
  '.gitignore': 'out/\n',
};

describe('readChange', () => {
  test('an untouched clone is no change', async () => {
    expect(await readChange(await workspace(base))).toEqual([]);
  });

  test('reads edits, new files, deletions, modes and links; leaves ignored files out', async () => {
    const clone = await workspace(base);
    write(clone.root, {
      'src/a.js': 'two\n',
      'ünïcode name.txt': '\0bin',
      'out/x': 'x',
      'node_modules/x/i.js': '',
    });
    rmSync(join(clone.root, 'old.txt'));
    chmodSync(join(clone.root, 'run.sh'), 0o644);
    symlinkSync('src/a.js', join(clone.root, 'link'));
    const files = await readChange(clone);
    expect(files.map(({ path, mode, content }) => [path, mode, content && atob(content)])).toEqual([
      ['link', '120000', 'src/a.js'],
      ['old.txt', '100644', null],
      ['run.sh', '100644', '#!/bin/sh\n'],
      ['src/a.js', '100644', 'two\n'],
      ['ünïcode name.txt', '100644', '\0bin'],
    ]);
    const again = await workspace(base);
    await applyChange(again.root, files);
    expect(await readChange(again)).toEqual(files);
  });

  test('an edit of the same size in the same second is seen', async () => {
    const clone = await workspace(base);
    const file = join(clone.root, 'src/a.js');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'two\n');
    utimesSync(file, atime, mtime);
    expect((await readChange(clone)).map((change) => change.path)).toEqual(['src/a.js']);
  });

  test("a coder's commits, stashes, hooks and filters change nothing of what is read", async () => {
    const clone = await workspace(base);
    const trap = join(folder('trap'), 'sprung');
    write(clone.root, { '.gitattributes': '*.js filter=evil\n', 'src/a.js': 'two\n' });
    gitIn(clone.root, 'config', 'filter.evil.clean', `touch ${trap}; echo evil`);
    gitIn(clone.root, 'config', 'core.fsmonitor', `touch ${trap} #`);
    gitIn(clone.root, 'commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'mine');
    rmSync(trap, { force: true });
    const files = await readChange(clone);
    expect(files.map((file) => file.path)).toEqual(['.gitattributes', 'src/a.js']);
    expect(existsSync(trap)).toBe(false);
    rmSync(join(clone.root, '.git'), { recursive: true });
    expect(await readChange(clone)).toEqual(files);
  });

  test('the patch shows new, changed and deleted files', async () => {
    const clone = await workspace(base);
    write(clone.root, { 'src/a.js': 'two\n', 'new.txt': 'new\n' });
    rmSync(join(clone.root, 'old.txt'));
    const diff = await readDiff(clone);
    expect(diff).toContain('-one\n+two\n');
    expect(diff).toContain('+++ b/new.txt');
    expect(diff).toContain('+++ /dev/null');
  });

  test('too many files, too many bytes and a repository within are said in words', async () => {
    const many = await workspace(base);
    write(many.root, Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`gen/${n}`, 'x'])));
    await expect(readChange(many)).rejects.toThrow(/1001 files.*remove what is generated/);
    const large = await workspace(base);
    writeFileSync(join(large.root, 'core.dump'), Buffer.alloc(21_000_000));
    await expect(readChange(large)).rejects.toThrow(/core\.dump/);
    const nested = await workspace(base);
    write(nested.root, { 'sub/file': 'x' });
    gitIn(join(nested.root, 'sub'), 'init', '--quiet');
    await expect(readChange(nested)).rejects.toThrow(HandoffInvalid);
  });
});
