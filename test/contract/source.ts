import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { FileChange } from '../../lib/domain/handoff.ts';
import type { RepositoryRef } from '../../lib/domain/run.ts';
import type { Source } from '../../lib/domain/source.ts';
import { inRepository } from '../local/source/git-fixture.ts';

/** A repository on GitHub, empty but for a readme, with a clone of it to work in. */
export interface SourcePlace {
  readonly source: Source;
  readonly repository: RepositoryRef;
  /** The clone, in which `main` is checked out. */
  readonly clone: string;
  /** Commits all that is in the clone and makes it the default branch's head. */
  commit(message?: string): Promise<string>;
}

/** Content is text, or bytes. */
export const file = (
  path: string,
  content: string | Buffer | null,
  mode: FileChange['mode'] = '100644',
): FileChange => ({
  ...{ path, mode },
  content: content === null ? null : Buffer.from(content).toString('base64'),
});

/** Writes a file into a clone. */
export function write(clone: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), content);
}

const shown = (files: readonly FileChange[]) =>
  Object.fromEntries(
    files.map(({ path, mode, content }) => [
      path,
      content === null ? null : `${mode} ${Buffer.from(content, 'base64')}`,
    ]),
  );

/** What every `Source` of a GitHub repository does. Each test gets a repository of its own. */
export function sourceContract(make: () => Promise<SourcePlace>): void {
  describe('a pin', () => pins(make));
  describe('what a commit holds', () => reads(make));
  describe('files laid over a commit', () => overlays(make));
  describe('a change on a base that moved on', () => rebases(make));
}

function pins(make: () => Promise<SourcePlace>): void {
  test('is the head of the default branch, and stays', async () => {
    const { source, repository, commit } = await make();
    const first = await commit('first');
    const run = { id: 'r-1', repository };
    expect(await source.pin(run)).toEqual({ branch: 'main', commit: first });
    const second = await commit('second');
    expect(await source.pin(run)).toEqual({ branch: 'main', commit: first });
    expect(await source.latest(run)).toEqual({ branch: 'main', commit: second });
    expect(await source.pin(run)).toEqual({ branch: 'main', commit: first });
    expect(await source.pin({ ...run, id: 'r-2' })).toEqual({ branch: 'main', commit: second });
  });

  test('is the same for many that ask at once', async () => {
    const { source, repository, commit } = await make();
    const pins = Array.from({ length: 4 }, () => source.pin({ id: 'r-1', repository }));
    await commit('meanwhile');
    const [first, ...others] = await Promise.all(pins);
    expect(others).toEqual(others.map(() => first));
  });

  test('moves when it is asked to, and not before', async () => {
    const { source, repository, clone, commit } = await make();
    write(clone, 'a.txt', 'one\n');
    const first = await commit();
    const run = { id: 'r-1', repository };
    await source.pin(run);
    write(clone, 'a.txt', 'two\n');
    await commit();
    const latest = await source.latest(run);
    await source.repin(run, latest);
    await source.repin(run, latest);
    expect(await source.pin(run)).toEqual(latest);
    expect(String(await source.read(repository, latest.commit, 'a.txt'))).toBe('two\n');
    expect(String(await source.read(repository, first, 'a.txt'))).toBe('one\n');
  });

  test('is an earlier run’s where its kept change is published, or there is none', async () => {
    const { source, repository, commit } = await make();
    const first = await commit('first');
    await source.pin({ id: 'r-1', repository });
    await commit('second');
    const pass = (run: string) => ({ run, change: '', rules: [], by: 'maria' });
    const later = { id: 'r-2', repository, pass: pass('r-1') };
    expect(await source.pin(later)).toEqual({ branch: 'main', commit: first });
    const lost = source.pin({ id: 'r-4', repository, pass: pass('r-3') });
    await expect(lost).rejects.toMatchObject({ name: 'NotFound' });
  });
}

function reads(make: () => Promise<SourcePlace>): void {
  test('is read by path: files only, and nothing for what is not there', async () => {
    const { source, repository, clone, commit } = await make();
    const bytes = Buffer.from([0, 255, 13, 10, 10]);
    write(clone, 'folder/[a]*.txt', 'star\n');
    write(clone, 'folder/deep é/"x".bin', bytes);
    write(clone, 'empty', '');
    write(clone, 'run.sh', 'echo\n');
    chmodSync(join(clone, 'run.sh'), 0o755);
    symlinkSync('/etc/passwd', join(clone, '.entropy.yml'));
    symlinkSync('folder', join(clone, 'link'));
    const at = await commit();
    await source.pin({ id: 'r-1', repository });
    const read = (path: string) => source.read(repository, at, path);
    expect(String(await read('folder/[a]*.txt'))).toBe('star\n');
    expect(await read('folder/deep é/"x".bin')).toEqual(bytes);
    expect(await read('empty')).toEqual(Buffer.alloc(0));
    expect(String(await read('run.sh'))).toBe('echo\n');
    for (const path of ['.entropy.yml', 'link', 'link/[a]*.txt', 'folder', 'none', 'run.sh/x']) {
      expect([path, await read(path)]).toEqual([path, undefined]);
    }
    for (const name of ['--help', 'main', at.slice(0, 12)]) {
      const odd = source.read(repository, name, 'run.sh');
      await expect(odd).rejects.toMatchObject({ name: 'RepositoryInvalid' });
    }
  });

  test('is told by folder', async () => {
    const { source, repository, clone, commit } = await make();
    write(clone, '.github/CODEOWNERS', '* @maria\n');
    write(clone, '.github/b/c', 'x\n');
    write(clone, 'a.txt', 'x\n');
    const at = await commit();
    await source.pin({ id: 'r-1', repository });
    const names = (folder: string) => source.names(repository, at, folder);
    expect(await names('')).toEqual(['.github', 'a.txt', 'readme.md']);
    expect(await names('.github')).toEqual(['CODEOWNERS', 'b']);
    expect(await names('.github/b')).toEqual(['c']);
    for (const none of ['docs', 'a.txt', '.github/b/c', '.github/x']) {
      expect(await names(none)).toEqual([]);
    }
  });

  test('has a history of subjects, without merges', async () => {
    const { source, repository, clone, commit } = await make();
    await commit('feat: one\n\nbody');
    inRepository(clone, 'checkout', '-q', '-b', 'side');
    inRepository(clone, 'commit', '-q', '--allow-empty', '-m', 'fix: on the side');
    inRepository(clone, 'checkout', '-q', 'main');
    await commit('of two\nlines\n\nand a body');
    inRepository(clone, 'merge', '-q', '--no-ff', '-m', 'merged', 'side');
    const at = await commit('last');
    await source.pin({ id: 'r-1', repository });
    const all = await source.subjects(repository, at, 20);
    expect(all.slice(0, 1)).toEqual(['last']);
    expect([...all].sort()).toEqual(
      ['last', 'of two lines', 'fix: on the side', 'feat: one', 'Initial commit'].sort(),
    );
    expect(await source.subjects(repository, at, 1)).toEqual(['last']);
  });
}

function overlays(make: () => Promise<SourcePlace>): void {
  /** The tree of the files, and what the patch makes of a checkout of the commit, by git. */
  async function applied(place: SourcePlace, files: readonly FileChange[]) {
    const { source, repository, clone, commit } = place;
    const at = await commit();
    await source.pin({ id: 'r-1', repository });
    const tree = await source.treeOf(repository, at, files);
    const patch = await source.diff(repository, at, files);
    if (patch !== '') {
      const quiet = { input: patch, stdio: 'pipe' } as const;
      execFileSync('git', ['-C', clone, 'apply', '--index', '--whitespace=nowarn', '-'], quiet);
    }
    expect(inRepository(clone, 'write-tree')).toBe(tree);
    return { at, tree, patch };
  }

  test('are added, changed, deleted, of any bytes and names', async () => {
    const place = await make();
    write(place.clone, 'a.txt', 'one\n');
    write(place.clone, 'gone.txt', 'x\n');
    write(place.clone, 'old.bin', Buffer.from([1, 0, 2]));
    write(place.clone, 'deep/er/only.txt', 'x\n');
    write(place.clone, 'open', 'no newline');
    write(place.clone, 'latin', Buffer.from('caf\xe9\n', 'latin1'));
    const awkward = 'a b/"quoted" é\t\\.txt';
    await applied(place, [
      file('a.txt', 'two\r\n'),
      file('gone.txt', null),
      file('never-there.txt', null),
      file('never/there.txt', null),
      file('deep', null),
      file('deep/er/only.txt', null),
      file('open', 'no newline\nbut one'),
      file('old.bin', Buffer.from([0, 1, 2, 255, 13, 10])),
      file('picture.bin', Buffer.alloc(100_000, 7)),
      file('latin', Buffer.from('caf\xe8\n', 'latin1')),
      file('empty', ''),
      file(awkward, 'odd\n', '100755'),
    ]);
    const { clone } = place;
    expect(readFileSync(join(clone, awkward), 'utf8')).toBe('odd\n');
    expect(readFileSync(join(clone, 'a.txt'), 'utf8')).toBe('two\r\n');
    expect(readFileSync(join(clone, 'latin'), 'latin1')).toBe('caf\xe8\n');
  });

  test('change modes, and take the place of folders, files and links', async () => {
    const place = await make();
    write(place.clone, 'run.sh', 'echo\n');
    write(place.clone, 'folder', 'a file\n');
    write(place.clone, 'file/a', 'a\n');
    write(place.clone, 'file/b/c', 'c\n');
    symlinkSync('run.sh', join(place.clone, 'link'));
    write(place.clone, 'sorted/a', '1\n');
    write(place.clone, 'sorted.txt', '2\n');
    await applied(place, [
      file('run.sh', 'echo\n', '100755'),
      file('folder/within.txt', 'now a folder\n'),
      file('file', 'now a file\n'),
      file('link', 'now a file\n'),
      file('sorted-', '0\n'),
      file('sorted/b', '1\n'),
    ]);
  });

  test('that change nothing are no patch, and the commit’s own tree', async () => {
    const place = await make();
    write(place.clone, 'a/b.txt', 'one\n');
    const files = [file('a/b.txt', 'one\n'), file('none/at/all', null)];
    const { at, tree, patch } = await applied(place, files);
    expect(patch).toBe('');
    expect(tree).toBe(inRepository(place.clone, 'rev-parse', `${at}^{tree}`));
  });

  test('are laid in their order; a path that git can’t hold is left out', async () => {
    const place = await make();
    write(place.clone, 'a.txt', 'one\n');
    const { tree } = await applied(place, [
      file('b', 'first\n'),
      file('b/c', 'second\n'),
      file('a.txt', null),
      file('a.txt', 'back\n'),
      file('.git/config', 'x\n'),
      file('x/.GIT/config', 'x\n'),
      file('../out', 'x\n'),
    ]);
    const listed = inRepository(place.clone, 'ls-tree', '-r', '--name-only', tree).split('\n');
    expect(listed).toEqual(['a.txt', 'b/c', 'readme.md']);
  });

  test('leave nothing where all goes', async () => {
    const place = await make();
    const { tree } = await applied(place, [file('readme.md', null)]);
    expect(tree).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  });
}

function rebases(make: () => Promise<SourcePlace>): void {
  const lines = (...changed: readonly [number, string][]) =>
    `${Array.from({ length: 12 }, (_, n) => changed.find(([at]) => at === n)?.[1] ?? `line ${n}`).join('\n')}\n`;

  /** A repository whose default branch moves on by `work` after it was pinned. */
  async function moved(work: (clone: string) => void) {
    const { source, repository, clone, commit } = await make();
    write(clone, 'a.txt', lines());
    write(clone, 'gone.txt', 'x\n');
    write(clone, 'run.sh', 'echo\n');
    write(clone, 'folder/in.txt', 'in\n');
    await commit('base');
    const run = { id: 'r-1', repository };
    const pinned = await source.pin(run);
    work(clone);
    await commit('others');
    const latest = await source.latest(run);
    return (...files: FileChange[]) =>
      source.rebase(repository, { from: pinned.commit, onto: latest.commit, files });
  }
  const writes = (path: string, content: string | Buffer) => (clone: string) =>
    write(clone, path, content);

  test('is merged line by line, and holds nothing of what others did', async () => {
    const rebase = await moved((clone) => {
      write(clone, 'a.txt', lines([1, 'theirs']));
      write(clone, 'other.txt', 'new\n');
    });
    const made = await rebase(
      file('a.txt', lines([10, 'ours'])),
      file('new ä.txt', 'made\n'),
      file('gone.txt', null),
      file('run.sh', 'echo\n', '100755'),
    );
    expect(made.conflicts).toEqual([]);
    expect(shown(made.files)).toEqual({
      'a.txt': `100644 ${lines([1, 'theirs'], [10, 'ours'])}`,
      'new ä.txt': '100644 made\n',
      'gone.txt': null,
      'run.sh': '100755 echo\n',
    });
  });

  test('in conflict names the paths and holds the marks', async () => {
    const rebase = await moved(writes('a.txt', lines([5, 'theirs'])));
    const made = await rebase(file('a.txt', lines([5, 'ours'])), file('b.txt', 'b\n'));
    expect(made.conflicts).toEqual(['a.txt']);
    const text = shown(made.files)['a.txt'];
    expect(text).toMatch(/<<<<<<< [^\n]*\ntheirs\n=======\nours\n>>>>>>> /);
    expect(shown(made.files)['b.txt']).toBe('100644 b\n');
  });

  test('that others deleted a file of, or that deletes what others edited, is a conflict', async () => {
    const gone = await moved((clone) => rmSync(join(clone, 'a.txt')));
    const kept = await gone(file('a.txt', lines([5, 'ours'])));
    expect(kept.conflicts).toEqual(['a.txt']);
    expect(shown(kept.files)).toEqual({ 'a.txt': `100644 ${lines([5, 'ours'])}` });
    const edited = await moved(writes('gone.txt', 'y\n'));
    expect(await edited(file('gone.txt', null))).toEqual({ files: [], conflicts: ['gone.txt'] });
  });

  test('holds nothing that others did alike', async () => {
    const alike = await moved((clone) => {
      write(clone, 'a.txt', lines([5, 'ours']));
      rmSync(join(clone, 'gone.txt'));
    });
    const made = await alike(file('a.txt', lines([5, 'ours'])), file('gone.txt', null));
    expect(made).toEqual({ files: [], conflicts: [] });
    const mode = await moved((clone) => chmodSync(join(clone, 'run.sh'), 0o755));
    expect(shown((await mode(file('run.sh', 'echo 1\n'))).files)).toEqual({
      'run.sh': '100755 echo 1\n',
    });
  });

  test('that adds what others added otherwise is a conflict, as are bytes that both changed', async () => {
    const rebase = await moved((clone) => {
      write(clone, 'new.txt', 'same\ntheirs\n');
      write(clone, 'a.txt', Buffer.from([1, 0, 2]));
    });
    const made = await rebase(file('new.txt', 'same\nours\n'), file('a.txt', lines([1, 'ours'])));
    expect(made.conflicts).toEqual(['a.txt', 'new.txt']);
    expect(Object.keys(shown(made.files))).toEqual(['new.txt']);
    expect(shown(made.files)['new.txt']).toMatch(
      /^100644 same\n<<<<<<< [^\n]*\ntheirs\n=======\nours\n>>>>>>> [^\n]*\n$/,
    );
  });

  test('comes out right where the branch was rewritten', async () => {
    const rebase = await moved((clone) => {
      inRepository(clone, 'checkout', '-q', '--orphan', 'fresh');
      write(clone, 'a.txt', lines([1, 'theirs']));
      inRepository(clone, 'commit', '-q', '-am', 'anew');
      inRepository(clone, 'branch', '-q', '-M', 'main');
    });
    const made = await rebase(file('a.txt', lines([10, 'ours'])));
    expect(shown(made.files)).toEqual({ 'a.txt': `100644 ${lines([1, 'theirs'], [10, 'ours'])}` });
    expect(made.conflicts).toEqual([]);
  });

  test('takes a folder for a file and the other way round where nobody else was there', async () => {
    const rebase = await moved(writes('other.txt', 'new\n'));
    const made = await rebase(file('folder', 'a file\n'), file('gone.txt/in', 'x\n'));
    expect(made.conflicts).toEqual([]);
    expect(shown(made.files)).toEqual({
      folder: '100644 a file\n',
      'folder/in.txt': null,
      'gone.txt': null,
      'gone.txt/in': '100644 x\n',
    });
  });
}
