import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ForgeFailed } from '../../../lib/domain/errors.ts';
import type { FileChange } from '../../../lib/domain/handoff.ts';
import { branchesOf } from '../../../lib/local/local-forge/branches.ts';
import { freshFolder, inRepository, repositoryOf } from '../source/git-fixture.ts';

const odd = `it's "odd" é 日本/a b.txt`;
const file = (path: string, content: string | null): FileChange => ({
  path,
  mode: '100644',
  content: content === null ? null : Buffer.from(content).toString('base64'),
});
const request = (parent: string, base: string, ...files: FileChange[]) => ({
  branch: 'entropy/1-abc',
  parent,
  base,
  files,
  message: 'Fix it\n\nBecause é.\n\nEntropy-Run: r-1',
});

/** All that a run must leave as it is. */
function state(path: string) {
  const refs = inRepository(path, 'for-each-ref').split('\n');
  return {
    head: readFileSync(join(path, '.git/HEAD'), 'utf8'),
    index: readFileSync(join(path, '.git/index')).toString('base64'),
    status: inRepository(path, 'status', '--porcelain'),
    refs: refs.filter((line) => !line.includes('refs/heads/entropy/')),
  };
}

test('commits round after round onto the branch and touches nothing else', async () => {
  const path = repositoryOf({ 'a.txt': 'one\n', 'b.txt': 'b\n' });
  writeFileSync(join(path, 'a.txt'), 'the user is at work\n');
  writeFileSync(join(path, 'new.txt'), 'not added\n');
  inRepository(path, 'status');
  const before = state(path);
  const branches = branchesOf(path);
  const base = inRepository(path, 'rev-parse', 'HEAD');
  expect(await branches.find('entropy/1-abc')).toBeUndefined();
  const first = await branches.commit(request(base, base, file(odd, 'odd\n'), file('b.txt', null)));
  expect(await branches.find('entropy/1-abc')).toEqual(first);
  const second = await branches.commit(request(first.commit, base, file('a.txt', 'two\n')));
  expect(inRepository(path, 'show', `${second.commit}:b.txt`)).toBe('b');
  expect(inRepository(path, 'rev-parse', `${second.commit}^`)).toBe(first.commit);
  expect(inRepository(path, 'show', `${first.commit}:${odd}`)).toBe('odd');
  expect(inRepository(path, 'log', '-1', '--format=%an <%ae>|%cn|%B', first.commit)).toBe(
    'Entropy-Playground <entropy@localhost>|Entropy-Playground|Fix it\n\nBecause é.\n\nEntropy-Run: r-1',
  );
  expect(state(path)).toEqual(before);
});

test('refuses any but a fast-forward, and of two at once one wins', async () => {
  const path = repositoryOf({ 'a.txt': 'one\n' });
  const branches = branchesOf(path);
  const base = inRepository(path, 'rev-parse', 'HEAD');
  const tries = await Promise.allSettled(
    ['x', 'y', 'z'].map((content) => branches.commit(request(base, base, file('a.txt', content)))),
  );
  expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  await expect(branches.commit(request(base, base, file('a.txt', 'late')))).rejects.toThrow(
    /not a fast-forward/,
  );
});

test('works in a bare repository, in a worktree and at a detached HEAD', async () => {
  const path = repositoryOf({ 'a.txt': 'one\n' });
  const base = inRepository(path, 'rev-parse', 'HEAD');
  const tree = join(freshFolder(), 'tree');
  inRepository(path, 'worktree', 'add', '-q', '--detach', tree);
  const bare = join(freshFolder(), 'bare.git');
  inRepository('/', 'clone', '-q', '--bare', path, bare);
  for (const one of [tree, bare]) {
    const made = await branchesOf(one).commit(request(base, base, file('a.txt', 'two\n')));
    expect(inRepository(one, 'rev-parse', 'refs/heads/entropy/1-abc')).toBe(made.commit);
  }
  expect(inRepository(tree, 'status', '--porcelain')).toBe('');
});

test('leaves a branch alone that somebody has checked out', async () => {
  const path = repositoryOf({ 'a.txt': 'one\n' });
  const base = inRepository(path, 'rev-parse', 'HEAD');
  inRepository(path, 'checkout', '-q', '-b', 'entropy/1-abc');
  await expect(branchesOf(path).commit(request(base, base, file('a', 'x')))).rejects.toThrow(
    /is checked out in/,
  );
  expect(inRepository(path, 'rev-parse', 'HEAD')).toBe(base);
});

test('runs no hook, and says what stands in the way', async () => {
  const path = repositoryOf({ 'a.txt': 'one\n' });
  const trap = join(path, 'sprung');
  for (const hook of ['reference-transaction', 'post-commit', 'pre-commit']) {
    writeFileSync(join(path, '.git/hooks', hook), `#!/bin/sh\ntouch '${trap}'\n`);
    chmodSync(join(path, '.git/hooks', hook), 0o755);
  }
  const base = inRepository(path, 'rev-parse', 'HEAD');
  await branchesOf(path).commit(request(base, base, file('a.txt', 'two\n')));
  expect(existsSync(trap)).toBe(false);
  const other = repositoryOf({ 'a.txt': 'one\n' });
  inRepository(other, 'branch', 'entropy');
  const head = inRepository(other, 'rev-parse', 'HEAD');
  const refused = branchesOf(other).commit(request(head, head, file('a.txt', 'two\n')));
  await expect(refused).rejects.toThrow(ForgeFailed);
  await expect(branchesOf(freshFolder()).find('x')).rejects.toThrow(ForgeFailed);
});
