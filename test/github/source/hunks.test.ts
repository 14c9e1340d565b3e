import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { binaryPatch, isBinary } from '../../../lib/github/source/binary-patch.ts';
import { hunksBetween } from '../../../lib/github/source/hunks.ts';
import { blobId } from '../../../lib/github/source/object-id.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';
import { textsOf } from './texts.ts';

const folder = freshFolder();
const file = join(folder, 'file');

/** What git makes of a file by a patch. */
function patched(before: Uint8Array, patch: string): Buffer {
  writeFileSync(file, before);
  execFileSync('git', ['apply', '-'], { cwd: folder, input: patch, stdio: 'pipe' });
  return readFileSync(file);
}

/** What git itself shows between two texts, without what it says of the lines before a hunk. */
function shownByGit(before: string, after: string): string {
  writeFileSync(file, before);
  writeFileSync(join(folder, 'other'), after);
  const how = ['diff', '--no-index', '--no-ext-diff', '--no-indent-heuristic', 'file', 'other'];
  try {
    return execFileSync('git', how, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const text = (error as { stdout: string }).stdout;
    return text.slice(text.indexOf('@@')).replace(/^(@@ .*? @@).*$/gm, '$1');
  }
}

test('hunks are what git shows', () => {
  fc.assert(
    fc.property(textsOf(1), ({ base, made: [after = ''] }) => {
      expect(hunksBetween(base, after)).toBe(shownByGit(base, after));
    }),
    { numRuns: 100, seed: 11 },
  );
});

test('hunks of any lines make of one text the other', () => {
  const line = fc.constantFrom('', 'a', 'b', '\t}', 'é', '\ufeff', '\\ No newline', '--- x', '\r');
  const text = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean())
    .map(([lines, open]) => `x${lines.join('\n')}${open ? 'x' : '\n'}`);
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const patch = `--- a/file\n+++ b/file\n${hunksBetween(before, after)}`;
      expect(patched(Buffer.from(before), patch).toString()).toBe(after);
    }),
    { numRuns: 100, seed: 12 },
  );
});

test('what is no text goes through a patch as it is', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat({ max: 40_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
  );
  fc.assert(
    fc.property(bytes, bytes, (before, after) => {
      fc.pre(!Buffer.from(before).equals(after));
      const head = `diff --git a/file b/file\nindex ${blobId(before)}..${blobId(after)} 100644\n`;
      const made = patched(before, `${head}${binaryPatch(before, after)}`);
      expect(made.equals(after)).toBe(true);
    }),
    { numRuns: 60, seed: 13 },
  );
  expect(isBinary(Buffer.from('é\r\n'))).toBe(false);
  expect(isBinary(Buffer.from('é\r\n', 'latin1'))).toBe(true);
  expect(isBinary(Buffer.from([65, 0]))).toBe(true);
});
