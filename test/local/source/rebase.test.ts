import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { FileChange } from '../../../lib/domain/handoff.ts';
import { sourceMirror } from '../../../lib/local/source/mirror.ts';
import { freshFolder, inRepository, repositoryOf } from './git-fixture.ts';

const file = (path: string, content: string | null, mode: FileChange['mode'] = '100644') => ({
  ...{ path, mode },
  content: content === null ? null : Buffer.from(content).toString('base64'),
});
const shown = (files: readonly FileChange[]) =>
  Object.fromEntries(
    files.map(({ path, mode, content }) => [
      path,
      content === null ? null : `${mode} ${Buffer.from(content, 'base64')}`,
    ]),
  );

const lines = (...changed: readonly [number, string][]) =>
  `${Array.from({ length: 12 }, (_, n) => changed.find(([at]) => at === n)?.[1] ?? `line ${n}`).join('\n')}\n`;

/** A repository whose default branch moves on by `work` after it was pinned. */
async function moved(work: (path: string) => void) {
  const path = repositoryOf({ 'a.txt': lines(), 'gone.txt': 'x\n', 'run.sh': 'echo\n' });
  const repository = { forge: 'local' as const, name: path };
  const source = sourceMirror({ dataDir: freshFolder() });
  const run = { id: 'r-1', repository };
  const pinned = await source.pin(run);
  work(path);
  inRepository(path, 'add', '-A');
  inRepository(path, 'commit', '-q', '--allow-empty', '-m', 'others');
  const latest = await source.latest(run);
  const rebase = (...files: FileChange[]) =>
    source.rebase(repository, { from: pinned.commit, onto: latest.commit, files });
  return { source, run, pinned, latest, rebase, path, repository };
}
const writes = (name: string, text: string) => (path: string) =>
  writeFileSync(join(path, name), text);

describe('a change on a base that moved on', () => {
  test('is merged line by line, and holds nothing of what others did', async () => {
    const { rebase, latest, path } = await moved((folder) => {
      writes('a.txt', lines([1, 'theirs']))(folder);
      writes('other.txt', 'new\n')(folder);
    });
    expect(latest).toEqual({ branch: 'main', commit: inRepository(path, 'rev-parse', 'HEAD') });
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
    const { rebase } = await moved(writes('a.txt', lines([5, 'theirs'])));
    const made = await rebase(file('a.txt', lines([5, 'ours'])), file('b.txt', 'b\n'));
    expect(made.conflicts).toEqual(['a.txt']);
    const text = shown(made.files)['a.txt'];
    expect(text).toMatch(/<<<<<<< [^\n]*\ntheirs\n=======\nours\n>>>>>>> /);
    expect(shown(made.files)['b.txt']).toBe('100644 b\n');
  });

  test('that others deleted a file of is a conflict; what others did alike is left out', async () => {
    const gone = await moved((path) => rmSync(join(path, 'a.txt')));
    expect((await gone.rebase(file('a.txt', lines([5, 'ours'])))).conflicts).toEqual(['a.txt']);
    const alike = await moved(writes('a.txt', lines([5, 'ours'])));
    const made = await alike.rebase(file('a.txt', lines([5, 'ours'])));
    expect(made).toEqual({ files: [], conflicts: [] });
    const mode = await moved((path) => chmodSync(join(path, 'run.sh'), 0o755));
    expect(shown((await mode.rebase(file('run.sh', 'echo 1\n'))).files)).toEqual({
      'run.sh': '100755 echo 1\n',
    });
  });

  test('comes out right where the branch was rewritten', async () => {
    const { rebase } = await moved((path) => {
      inRepository(path, 'checkout', '-q', '--orphan', 'fresh');
      writes('a.txt', lines([1, 'theirs']))(path);
      inRepository(path, 'commit', '-q', '-am', 'anew');
      inRepository(path, 'branch', '-q', '-M', 'main');
    });
    const made = await rebase(file('a.txt', lines([10, 'ours'])));
    expect(shown(made.files)).toEqual({ 'a.txt': `100644 ${lines([1, 'theirs'], [10, 'ours'])}` });
    expect(made.conflicts).toEqual([]);
  });

  test('becomes the pin when it is asked for, and not before', async () => {
    const { source, run, pinned, latest, repository } = await moved(writes('a.txt', 'z\n'));
    expect(await source.pin(run)).toEqual(pinned);
    await source.repin(run, latest);
    await source.repin(run, latest);
    expect(await source.pin(run)).toEqual(latest);
    expect(String(await source.read(repository, latest.commit, 'a.txt'))).toBe('z\n');
    expect(String(await source.read(repository, pinned.commit, 'a.txt'))).toBe(lines());
  });
});
