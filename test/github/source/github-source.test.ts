import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FileChange } from '../../../lib/domain/handoff.ts';
import { gitHubSource } from '../../../lib/github/source/github-source.ts';
import { overlayTree } from '../../../lib/local/source/overlay.ts';
import { rebaseFiles } from '../../../lib/local/source/rebase.ts';
import { file, sourceContract, write } from '../../contract/source.ts';
import { inRepository } from '../../local/source/git-fixture.ts';
import { pinsInMemory, sourcePlaces } from './source-places.ts';

let places: Awaited<ReturnType<typeof sourcePlaces>>;
beforeAll(async () => {
  places = await sourcePlaces((access) => gitHubSource(access, pinsInMemory()));
});
beforeEach(() => void places.minted.splice(0));
afterEach(async () => {
  await places.playground.clearFaults();
  for (const one of places.minted) {
    expect(one).toMatchObject({ permissions: { contents: 'read' }, revoked: true });
  }
});
afterAll(() => places.playground.close());

describe('over REST', () => {
  sourceContract(() => places.make());
});

test('a token is made only where GitHub is asked: what an id names is asked for once', async () => {
  const { source, repository, clone, commit } = await places.make();
  write(clone, 'a/b.txt', 'one\n');
  const at = await commit();
  await source.pin({ id: 'r-1', repository });
  await source.pin({ id: 'r-1', repository });
  expect(places.minted).toHaveLength(1);
  expect(await source.read(repository, at, 'a/none')).toBeUndefined();
  expect(await source.names(repository, at, 'a')).toEqual(['b.txt']);
  expect(await source.treeOf(repository, at, [file('a/c.txt', 'x\n')])).toMatch(/^[0-9a-f]{40}$/);
  expect(places.minted).toHaveLength(2);
  const other = await places.make();
  await expect(source.names(other.repository, at, '')).rejects.toMatchObject({ status: 404 });
});

test('a default branch may be called anything', async () => {
  const branch = 'releases/v1#é%2F';
  const { source, repository, commit } = await places.make({ defaultBranch: branch });
  const head = await commit();
  expect(await source.latest({ id: 'r-1', repository })).toEqual({ branch, commit: head });
});

test('a repository without a commit can’t be pinned', async () => {
  const { source, repository } = await places.make();
  await places.playground.addFault({
    method: 'GET',
    path: '/git/ref/',
    kind: 'status',
    status: 409,
  });
  const pinned = source.pin({ id: 'r-1', repository });
  await expect(pinned).rejects.toMatchObject({ name: 'RepositoryInvalid' });
});

test('a kept change whose base GitHub has dropped is based on nothing', async () => {
  const pins = pinsInMemory();
  await pins.keep('r-1', { branch: 'main', commit: 'd'.repeat(40) });
  const { repository } = await places.make();
  const source = gitHubSource(places.access, pins);
  const pass = { run: 'r-1', change: '', rules: [], by: 'maria' };
  const pinned = source.pin({ id: 'r-2', repository, pass });
  await expect(pinned).rejects.toMatchObject({ name: 'NotFound' });
  expect(await pins.pinned('r-2')).toBeUndefined();
});

test('a GitHub that fails for a while is waited for; one that refuses is not', async () => {
  const { source, repository, commit } = await places.make();
  const at = await commit();
  const fault = { method: 'GET', path: '/git/blobs/', kind: 'status' } as const;
  await places.playground.addFault({ ...fault, status: 502, times: 2 });
  expect(String(await source.read(repository, at, 'readme.md'))).toBe('# place\n');
  await places.playground.addFault({ ...fault, status: 500, times: 9 });
  const failed = source.read(repository, at, 'readme.md');
  await expect(failed).rejects.toMatchObject({ name: 'ForgeUnavailable', status: 500 });
  const gone = source.diff(repository, 'd'.repeat(40), []);
  await expect(gone).rejects.toMatchObject({ name: 'ForgeFailed', status: 404 });
});

test('a folder with a name that is no text is read, and not guessed at', async () => {
  const { source, repository, clone, commit } = await places.make();
  write(clone, 'odd/a.txt', 'a\n');
  execFileSync('sh', ['-c', 'printf x >"$(printf \'odd/caf\\351\')"'], { cwd: clone });
  const at = await commit();
  expect(String(await source.read(repository, at, 'odd/a.txt'))).toBe('a\n');
  expect(await source.treeOf(repository, at, [file('b', 'b\n')])).toMatch(/^[0-9a-f]{40}$/);
  const tree = source.treeOf(repository, at, [file('odd/a.txt', 'b\n')]);
  await expect(tree).rejects.toMatchObject({ name: 'RepositoryInvalid' });
});

test('a rebased file does not take the place of what others put there', async () => {
  const { source, repository, clone, commit } = await places.make();
  write(clone, 'folder/gone.txt', 'x\n');
  const from = await commit();
  write(clone, 'new', 'a file\n');
  write(clone, 'both/in.txt', 'x\n');
  write(clone, 'folder/kept.txt', 'x\n');
  const onto = await commit();
  const made = await source.rebase(repository, {
    ...{ from, onto },
    files: [
      file('new/in.txt', 'x\n'),
      file('both', 'a file\n'),
      file('folder', 'a file\n'),
      file('fine', 'x\n'),
    ],
  });
  expect(made.conflicts).toEqual(['both', 'folder', 'new/in.txt']);
  expect(made.files.map(({ path }) => path)).toEqual(['fine', 'folder/gone.txt']);
});

test('what others renamed is a conflict, and nothing of the change is lost', async () => {
  const { source, repository, clone, commit } = await places.make();
  write(clone, 'a.txt', 'one\ntwo\n');
  const from = await commit();
  inRepository(clone, 'mv', 'a.txt', 'b.txt');
  const onto = await commit();
  const files = [file('a.txt', 'one\nthree\n')];
  const made = await source.rebase(repository, { from, onto, files });
  expect(made).toEqual({ files, conflicts: ['a.txt'] });
});

test('any change makes the tree that git makes, and the patch makes it too', async () => {
  const { source, repository, clone, commit } = await places.make();
  for (const path of ['a/b/c', 'a/b/é', 'a.b', 'a-', 'c/a/a', 'c/b', 'é/a']) {
    write(clone, path, `${path}\n1\n2\n3\n4\n5\n`);
  }
  const at = await commit();
  const gitDir = `${clone}/.git`;
  const name = fc.constantFrom('a', 'b', 'c', 'a.b', 'a-', 'é');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
  const content = fc.constantFrom(null, null, '', 'a.b\n1\n2\n', 'x\r\ny', Buffer.from([0, 255]));
  const mode = fc.constantFrom<FileChange['mode']>('100644', '100644', '100755', '120000');
  const one = fc.tuple(path, content, mode).map((given) => file(...given));
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 8 }), async (files) => {
      const wanted = await overlayTree(gitDir, at, files);
      expect(await source.treeOf(repository, at, files)).toBe(wanted);
      const input = await source.diff(repository, at, files);
      inRepository(clone, 'read-tree', at);
      if (input !== '') {
        execFileSync('git', ['-C', clone, 'apply', '--cached', '-'], { input, stdio: 'pipe' });
      }
      expect(inRepository(clone, 'write-tree')).toBe(wanted);
    }),
    { numRuns: 40, seed: 5 },
  );
});

test('any change is rebased as by git', async () => {
  const { source, repository, clone, commit } = await places.make();
  const paths = ['a.txt', 'b/c.txt', 'b/d.txt', 'é.txt'];
  // Lines of no other file, so that git sees no renames.
  const text = (path: string, changed: Readonly<Record<number, string>>) =>
    Array.from({ length: 9 }, (_, n) => `${path} ${changed[n] ?? n}\n`).join('');
  const made: readonly ((path: string) => string | null)[] = [
    (path) => text(path, {}),
    (path) => text(path, { 1: 'one' }),
    (path) => text(path, { 1: 'uno' }),
    (path) => text(path, { 7: 'seven' }),
    (path) => text(path, { 1: 'one', 7: 'siete' }),
    () => null,
  ];
  const change = fc.tuple(
    fc.constantFrom(...paths, 'new.txt'),
    fc.constantFrom(...made),
    fc.constantFrom<FileChange['mode']>('100644', '100644', '100755'),
  );
  const files = fc
    .uniqueArray(change, { minLength: 1, maxLength: 5, selector: ([path]) => path })
    .map((all) => all.map(([path, content, mode]) => file(path, content(path), mode)));
  for (const path of paths) write(clone, path, text(path, {}));
  const from = await commit('base');
  const gitDir = `${clone}/.git`;
  const others: string[] = [];
  for (const theirs of fc.sample(files, { numRuns: 6, seed: 3 })) {
    const tree = await overlayTree(gitDir, from, theirs);
    inRepository(clone, 'read-tree', '-u', '--reset', tree);
    others.push(await commit('others'));
  }
  const unnamed = (all: readonly FileChange[]) =>
    all.map(({ content, ...rest }) => ({
      ...rest,
      text: content && String(Buffer.from(content, 'base64')).replace(/^([<>]{7}) .*$/gm, '$1'),
    }));
  let [conflicts, clean] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...others), files, async (onto, ours) => {
      const wanted = await rebaseFiles(gitDir, { from, onto, files: ours });
      const found = await source.rebase(repository, { from, onto, files: ours });
      expect(found.conflicts).toEqual(wanted.conflicts);
      expect(unnamed(found.files)).toEqual(unnamed(wanted.files));
      if (found.conflicts.length > 0) conflicts += 1;
      else clean += 1;
    }),
    { numRuns: 60, seed: 9 },
  );
  // Else the test would show little.
  expect(Math.min(conflicts, clean)).toBeGreaterThan(10);
});
