import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RepositoryInvalid } from '../../../lib/domain/errors.ts';
import type { FileChange } from '../../../lib/domain/handoff.ts';
import { gitRemoteOf } from '../../../lib/github/remote.ts';
import { mirrorPathOf, sourceMirror } from '../../../lib/local/source/mirror.ts';
import { sourceContract } from '../../contract/source.ts';
import { sourcePlaces } from '../../github/source/source-places.ts';
import { freshFolder, inRepository, repositoryOf } from './git-fixture.ts';

const local = (name: string) => ({ forge: 'local' as const, name });
const file = (path: string, content: string | Buffer | null): FileChange => ({
  path,
  mode: '100644',
  content: content === null ? null : Buffer.from(content).toString('base64'),
});

describe('pin', () => {
  test('takes the HEAD of a local repository and stays with it', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n' });
    const source = sourceMirror({ dataDir: freshFolder() });
    const run = { id: 'r-1', repository: local(path) };
    const pinned = await source.pin(run);
    expect(pinned).toEqual({ branch: 'main', commit: inRepository(path, 'rev-parse', 'HEAD') });
    inRepository(path, 'commit', '-q', '--allow-empty', '-m', 'second');
    expect(await source.pin(run)).toEqual(pinned);
    const later = await source.pin({ ...run, id: 'r-2' });
    expect(later.commit).toBe(inRepository(path, 'rev-parse', 'HEAD'));
  });

  test('many at once agree', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n' });
    const dataDir = freshFolder();
    const pins = Array.from({ length: 8 }, () =>
      sourceMirror({ dataDir }).pin({ id: 'r-1', repository: local(path) }),
    );
    const [first, ...others] = await Promise.all(pins);
    expect(others).toEqual(others.map(() => first));
  });

  test('leaves a dirty tree alone and runs from HEAD; a folder within the repository will do', async () => {
    const path = repositoryOf({ 'sub dir/a.txt': 'one\n' });
    writeFileSync(join(path, 'sub dir/a.txt'), 'changed\n');
    const source = sourceMirror({ dataDir: freshFolder() });
    const repository = local(join(path, 'sub dir'));
    const { commit } = await source.pin({ id: 'r-1', repository });
    expect(String(await source.read(repository, commit, 'sub dir/a.txt'))).toBe('one\n');
    expect(inRepository(path, 'status', '--porcelain')).toBe('M "sub dir/a.txt"');
  });

  test('works for a worktree, a detached HEAD, a bare, a shallow and a SHA-256 repository', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n' });
    inRepository(path, 'worktree', 'add', '-q', '-b', 'side', join(path, 'tree é'));
    inRepository(join(path, 'tree é'), 'commit', '-q', '--allow-empty', '-m', 'side');
    const shallow = join(freshFolder(), 'shallow');
    inRepository('/', 'clone', '-q', '--depth=1', `file://${path}`, shallow);
    const bare = join(freshFolder(), 'bare.git');
    inRepository('/', 'clone', '-q', '--bare', path, bare);
    const long = repositoryOf({ 'a.txt': 'one\n' }, '--object-format=sha256');
    const detached = repositoryOf({ 'a.txt': 'one\n' });
    inRepository(detached, 'checkout', '-q', '--detach');
    const branches: string[] = [];
    for (const one of [join(path, 'tree é'), shallow, bare, long, detached]) {
      const source = sourceMirror({ dataDir: freshFolder() });
      const pinned = await source.pin({ id: 'r-1', repository: local(one) });
      expect(pinned.commit).toBe(inRepository(one, 'rev-parse', 'HEAD'));
      expect(String(await source.read(local(one), pinned.commit, 'a.txt'))).toBe('one\n');
      branches.push(pinned.branch);
    }
    expect(branches).toEqual(['side', 'main', 'main', 'main', 'HEAD']);
  });

  test('says what to do about a folder that will not do', async () => {
    const source = sourceMirror({ dataDir: freshFolder() });
    const plain = freshFolder();
    const empty = freshFolder();
    inRepository(empty, 'init', '-q');
    const pin = (path: string) => source.pin({ id: 'r-1', repository: local(path) });
    await expect(pin(plain)).rejects.toThrow(/not a git repository; give the folder of a clone/);
    await expect(pin(join(plain, 'none'))).rejects.toThrow(RepositoryInvalid);
    await expect(pin(empty)).rejects.toThrow(/no commit that HEAD names/);
  });

  test('runs no hook and no program that the repository names', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n', '.gitattributes': '*.txt filter=evil\n' });
    const trap = join(path, 'sprung');
    const script = `#!/bin/sh\ntouch '${trap}'\n`;
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      writeFileSync(join(path, '.git/hooks', hook), script);
      chmodSync(join(path, '.git/hooks', hook), 0o755);
    }
    writeFileSync(join(path, 'trap.sh'), script);
    chmodSync(join(path, 'trap.sh'), 0o755);
    inRepository(path, 'config', 'filter.evil.clean', join(path, 'trap.sh'));
    inRepository(path, 'config', 'core.fsmonitor', join(path, 'trap.sh'));
    inRepository(path, 'config', 'uploadpack.packObjectsHook', join(path, 'trap.sh'));
    const source = sourceMirror({ dataDir: freshFolder() });
    const { commit } = await source.pin({ id: 'r-1', repository: local(path) });
    await source.treeOf(local(path), commit, [file('a.txt', 'two\n')]);
    expect(() => readFileSync(trap)).toThrow(/ENOENT/);
  });

  test('a repository of another owner can be used', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n' });
    const environment = { PATH: '/usr/bin:/bin', GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const source = sourceMirror({ dataDir: freshFolder(), environment });
    const { commit } = await source.pin({ id: 'r-1', repository: local(path) });
    expect(commit).toBe(inRepository(path, 'rev-parse', 'HEAD'));
  });
});

describe('treeOf and diff', () => {
  const awkward = 'a b/"quoted" é\t.txt';
  test('lay the change over the commit: added, changed, deleted, binary, odd names', async () => {
    const path = repositoryOf({ 'a.txt': 'one\n', 'gone.txt': 'x\n', folder: 'a file\n' });
    const source = sourceMirror({ dataDir: freshFolder() });
    const { commit } = await source.pin({ id: 'r-1', repository: local(path) });
    const bytes = Buffer.from([0, 1, 2, 255, 13, 10]);
    const files = [
      file('a.txt', 'two\r\n'),
      file('gone.txt', null),
      file('never-there.txt', null),
      file('picture.bin', bytes),
      file('folder/within.txt', 'now a folder\n'),
      { ...file(awkward, 'odd\n'), mode: '100755' as const },
    ];
    const tree = await source.treeOf(local(path), commit, files);
    const patch = await source.diff(local(path), commit, files);
    execFileSync('git', ['-C', path, 'apply', '--index', '-'], { input: patch });
    expect(inRepository(path, 'write-tree')).toBe(tree);
    expect(readFileSync(join(path, awkward), 'utf8')).toBe('odd\n');
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('two\r\n');
  });

  test('read gives files only, and nothing for what is not there', async () => {
    const path = freshFolder();
    inRepository(path, 'init', '-q', '-b', 'main');
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'folder/[a]*.txt'), 'star\n');
    execFileSync('ln', ['-s', '/etc/passwd', join(path, '.entropy.yml')]);
    inRepository(path, 'add', '-A');
    inRepository(path, 'commit', '-q', '-m', 'first');
    const source = sourceMirror({ dataDir: freshFolder() });
    const { commit } = await source.pin({ id: 'r-1', repository: local(path) });
    const read = (name: string) => source.read(local(path), commit, name);
    expect(await read('.entropy.yml')).toBeUndefined();
    expect(await read('folder')).toBeUndefined();
    expect(await read('none')).toBeUndefined();
    expect(String(await read('folder/[a]*.txt'))).toBe('star\n');
    await expect(source.read(local(path), '--help', 'a')).rejects.toThrow(RepositoryInvalid);
  });

  test('a mirror has a place of its own by repository', () => {
    expect(mirrorPathOf('/data', local('/a'))).not.toBe(mirrorPathOf('/data', local('/b')));
    expect(mirrorPathOf('/data', local('/a'))).toMatch(/^\/data\/mirrors\/[0-9a-f]{32}\.git$/);
  });
});

describe('of a repository on GitHub', () => {
  let places: Awaited<ReturnType<typeof sourcePlaces>>;
  beforeAll(async () => {
    places = await sourcePlaces((access) =>
      sourceMirror({ dataDir: freshFolder(), remoteOf: ({ name }) => gitRemoteOf(access, name) }),
    );
  });
  afterAll(() => places.playground.close());
  sourceContract(() => places.make());
});
