import { expect, test } from '@jest/globals';
import { globCovers, globMatches } from '../../lib/domain/glob.ts';

test.each([
  ['docs/**', 'docs/a/b.md', true],
  ['docs/', 'docs/a/b.md', true],
  ['docs/**', 'src/docs/a.md', false],
  ['*.md', 'a.md', true],
  ['*.md', 'a/b.md', false],
  ['**/*.md', 'b.md', true],
  ['**/*.md', 'a/b/.hidden.md', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['**', '.hidden/x', true],
  ['a/**/z', 'a/z', true],
  ['a/**/m/**/z', 'a/b/m/c/d/z', true],
  ['a/**/m/**/z', 'a/b/c/z', false],
  ['[a].txt', '[a].txt', true],
  ['a.c', 'abc', false],
])('%s against %s: %s', (glob, path, fits) => {
  expect(globMatches(glob, path)).toBe(fits);
});

test('a glob covers what is in the folder it names', () => {
  expect(globCovers('src/*', 'src/a/b.ts')).toBe(true);
  expect(globMatches('src/*', 'src/a/b.ts')).toBe(false);
});

test('many stars end soon', () => {
  expect(globMatches(`${'*a'.repeat(100)}b`, 'a'.repeat(500))).toBe(false);
});
