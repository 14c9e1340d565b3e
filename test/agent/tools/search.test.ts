import { describe, expect, test } from '@jest/globals';
import { call, placeWith, textOf } from '../fixtures/place.ts';

describe('search', () => {
  const place = placeWith({
    'a.js': 'const x = f(1);\n',
    'src/b.ts': 'f(2)\nF(3)\n',
    'src/c [d].ts': 'f(4)\n',
    'node_modules/m/i.js': 'f(9)\n',
    '.gitignore': 'node_modules/\n',
  });

  test('finds expressions and plain text, in order, without ignored files', async () => {
    expect(await textOf(place, 'search', { pattern: 'f\\([0-9]' })).toBe(
      'a.js:1:const x = f(1);\nsrc/b.ts:1:f(2)\nsrc/c [d].ts:1:f(4)',
    );
    expect(
      await textOf(place, 'search', {
        pattern: 'f(',
        literal: true,
        path: 'src',
        ignore_case: true,
        glob: 'b*',
      }),
    ).toBe('src/b.ts:1:f(2)\nsrc/b.ts:2:F(3)');
    expect(await textOf(place, 'search', { pattern: 'f', path: 'src/c [d].ts' })).toBe(
      'src/c [d].ts:1:f(4)',
    );
    expect(await textOf(place, 'search', { pattern: 'nowhere' })).toBe('no match');
  });

  test('a bad expression is told; options are no arguments of git', async () => {
    const bad = await call(place, 'search', { pattern: '(' });
    expect(bad).toMatchObject({ isError: true, text: expect.stringMatching(/search failed/) });
    expect(await textOf(place, 'search', { pattern: '--open-files-in-pager=touch x' })).toBe(
      'no match',
    );
  });

  test('many matches are cut, with a note', async () => {
    const many = placeWith({ 'm.txt': `${'y'.repeat(1000)}\n`.repeat(500) });
    const text = await textOf(many, 'search', { pattern: 'y' });
    expect(text).toMatch(/there are more matches/);
    expect(text.length).toBeLessThan(30_000);
  });
});
