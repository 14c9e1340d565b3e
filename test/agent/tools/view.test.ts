import { describe, expect, test } from '@jest/globals';
import { placeWith, textOf } from '../fixtures/place.ts';

describe('view', () => {
  const place = placeWith({
    'a.txt': 'one\ntwo\nthree\n',
    'empty.txt': '',
    'long.txt': `${'line\n'.repeat(2000)}`,
    'bin.dat': 'a\0b',
    'src/deep/er/x.js': '',
    'src/y.js': '',
    '.git/secret': 'x',
  });

  test('numbers lines, and shows a range', async () => {
    expect(await textOf(place, 'view', { path: 'a.txt' })).toBe(
      '     1\tone\n     2\ttwo\n     3\tthree\n',
    );
    expect(await textOf(place, 'view', { path: './a.txt', from: 2, to: 2 })).toBe('     2\ttwo\n');
    expect(await textOf(place, 'view', { path: 'empty.txt' })).toBe('(the file is empty)');
  });

  test('long files come in parts, odd ones with a reason', async () => {
    const text = await textOf(place, 'view', { path: 'long.txt' });
    expect(text).toMatch(/\[shown to line 500 of 2000; view on from 501\]$/);
    expect(await textOf(place, 'view', { path: 'long.txt', from: 3000 })).toMatch(
      /only 2000 lines/,
    );
    expect(await textOf(place, 'view', { path: 'bin.dat' })).toMatch(/binary/);
    expect(await textOf(place, 'view', { path: 'none' })).toBe('there is no none');
  });

  test('lists folders two levels deep, without the inside of .git', async () => {
    const text = await textOf(place, 'view', { path: '/workspace' });
    expect(text.split('\n')).toEqual([
      '.git/',
      'a.txt',
      'bin.dat',
      'empty.txt',
      'long.txt',
      'src/',
      '  deep/',
      '  y.js',
    ]);
  });
});
