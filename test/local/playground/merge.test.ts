import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Git, gitEnvironment, openGit } from '../../../lib/local/playground/git/exec.ts';
import { mergeInIndex, tryMerge } from '../../../lib/local/playground/git/merge.ts';
import { writeBlob, writeCommit, writeTree } from '../../../lib/local/playground/git/objects.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let git: Git;

beforeAll(async () => {
  running = await startRunning();
  git = openGit(join(running.dir, 'data/repositories/acme/widgets.git'), gitEnvironment());
});
afterAll(() => running.stop());

/** A commit over the seeded one. */
async function commit(files: Record<string, string | null>): Promise<string> {
  const base = running.seeded.commit;
  const entries = [];
  for (const [path, text] of Object.entries(files)) {
    const sha = text === null ? null : await writeBlob(git, Buffer.from(text));
    entries.push({ path, mode: '100644', sha });
  }
  const tree = await writeTree(git, base, entries);
  const author = { name: 'A', email: 'a@example.com', date: '2026-01-02T00:00:00Z' };
  return writeCommit(git, { tree, parents: [base], message: 'x', author, committer: author });
}

test.each([
  ['different files', { 'a.txt': 'a\n' }, { 'b.txt': 'b\n', 'src/sum.js': null }, true],
  ['different lines', { 'README.md': '# Widgets\n\nEnd\n' }, { 'c.txt': 'c\n' }, true],
  ['the same line', { 'README.md': '# One\n' }, { 'README.md': '# Two\n' }, false],
  ['a file changed and removed', { 'README.md': null }, { 'README.md': '# Two\n' }, false],
])('both ways of merging agree on %s', async (_, ours, theirs, clean) => {
  const base = await commit(ours);
  const head = await commit(theirs);
  const merged = await tryMerge(git, base, head);
  expect(merged.clean).toBe(clean);
  expect(await mergeInIndex(git, base, head)).toEqual(merged);
});
