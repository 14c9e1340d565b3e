import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readChange } from '../../lib/agent/read-change.ts';
import { cloneWorkspace, settleSetup } from '../../lib/agent/workspace.ts';
import { RepositoryInvalid } from '../../lib/domain/errors.ts';
import { folder, gitIn, path, repository, workspace, write } from './fixtures/repository.ts';

describe('cloneWorkspace', () => {
  test('stands on the branch, at the base, clean, and names no place it came from', async () => {
    const { dir, commit } = repository({ 'a.txt': 'a\n', 'bin/run.sh': '#!/bin/sh\n' });
    const root = join(folder('work'), 'tree');
    await cloneWorkspace({
      url: `file://${dir}`,
      ref: 'refs/heads/main',
      base: commit,
      branch: 'trunk',
      root,
      scratch: folder('scratch'),
      path,
      config: [['http.extraHeader', 'Authorization: Bearer secret-token']],
    });
    expect(gitIn(root, 'rev-parse', 'HEAD')).toBe(commit);
    expect(gitIn(root, 'status', '--porcelain', '--branch')).toBe('## trunk');
    expect(gitIn(root, 'config', '--list', '--local')).not.toMatch(/remote|secret|extraheader/i);
  });

  test('a base that the ref does not lead to is a named error', async () => {
    const { dir } = repository({ a: 'a' });
    const clone = cloneWorkspace({
      url: `file://${dir}`,
      ref: 'refs/heads/main',
      base: '0'.repeat(40),
      branch: 'main',
      root: folder('work'),
      scratch: folder('scratch'),
      path,
    });
    await expect(clone).rejects.toThrow(RepositoryInvalid);
  });
});

describe('settleSetup', () => {
  test('keeps what set-up made out of the change, and nothing else', async () => {
    const clone = await workspace({ 'src/a.js': '1\n', 'src/b.js': '1\n' });
    write(clone.root, { 'odd [dir]/x y': '1', 'src/built.js': '2', lock: '3', 'src/b.js': '9' });
    await settleSetup(clone);
    write(clone.root, { 'src/new.js': '4', 'odd [dir]/later': '5' });
    writeFileSync(join(clone.root, 'src/a.js'), '2\n');
    expect((await readChange(clone)).map((file) => file.path)).toEqual(['src/a.js', 'src/new.js']);
    expect(readFileSync(join(clone.root, '.git/info/exclude'), 'utf8')).toContain('/src/built.js');
  });
});
