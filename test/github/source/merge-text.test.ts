import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeText } from '../../../lib/github/source/merge-text.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';
import { textsOf } from './texts.ts';

const folder = freshFolder();
const labels = { ours: 'here', theirs: 'there' };

/** What git makes of it. */
function merged(base: string, ours: string, theirs: string) {
  const files = { ours, base, theirs };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), Buffer.from(text, 'latin1'));
  }
  const names = ['-L', labels.ours, '-L', 'base', '-L', labels.theirs];
  const git = spawnSync('git', ['merge-file', '-p', ...names, 'ours', 'base', 'theirs'], {
    cwd: folder,
  });
  return { text: git.stdout.toString('latin1'), conflict: git.status !== 0 };
}

test('texts are merged as by git, marks and all', () => {
  let [conflicts, clean] = [0, 0];
  fc.assert(
    fc.property(textsOf(2), ({ base, made: [ours = '', theirs = ''] }) => {
      const made = mergeText(base, ours, theirs, labels);
      expect(made).toEqual(merged(base, ours, theirs));
      if (made.conflict) conflicts += 1;
      else clean += 1;
    }),
    { numRuns: 200, seed: 7 },
  );
  // Else the test would show little.
  expect(Math.min(conflicts, clean)).toBeGreaterThan(20);
});

test.each([
  ['both added', '', 'a\nb\nsame\n', 'c\nsame\n'],
  ['one emptied it', 'a\nb\n', '', 'a\nc\n'],
  ['ends without a newline', 'a\nb', 'a\nx', 'a\ny'],
  ['only the newline at the end', 'a\nb', 'a\nb\n', 'a\nc'],
  ['no text in common', 'a\n', 'b\n', 'c\n'],
  ['bytes of no encoding', 'caf\xe9\n1\n2\n', 'caf\xe8\n1\n2\n', 'caf\xe9\n1\n\xff\n'],
  ['lines end both ways', 'a\r\nb\nc\r\n', 'a\r\nx\nc\r\n', 'a\r\ny\nc\r\n'],
])('%s', (_name, base, ours, theirs) => {
  expect(mergeText(base, ours, theirs, labels)).toEqual(merged(base, ours, theirs));
});

// What compares every line with every other would take hours.
test('large texts with nothing in common come to an end', () => {
  const text = (word: string) =>
    Array.from({ length: 60_000 }, (_, n) => `${word} ${n % 7} ${n}\n`).join('');
  expect(mergeText(text('a'), text('b'), text('c'), labels).conflict).toBe(true);
}, 300_000);
