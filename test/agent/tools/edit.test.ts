import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { placeWith, textOf } from '../fixtures/place.ts';

describe('edit', () => {
  test('edit replaces the one exact passage, as it is written', async () => {
    const place = placeWith({ 'a.js': 'f($&);\n  g();\nf(1);\n' });
    expect(await textOf(place, 'edit', { path: 'a.js', old: '  g();', new: '  h("$1$&");' })).toBe(
      'edited a.js at line 2',
    );
    expect(readFileSync(join(place.root, 'a.js'), 'utf8')).toBe('f($&);\n  h("$1$&");\nf(1);\n');
  });

  test('edit says why it does nothing', async () => {
    const place = placeWith({ 'a.js': 'x\ny\nx\n', 'crlf.txt': 'a\r\nb\r\n' });
    writeFileSync(join(place.root, 'latin.txt'), Buffer.from([0x61, 0xe4]));
    expect(await textOf(place, 'edit', { path: 'a.js', old: 'z', new: '' })).toMatch(
      /does not occur/,
    );
    expect(await textOf(place, 'edit', { path: 'a.js', old: 'x', new: '' })).toMatch(
      /2 times.*lines 1, 3/,
    );
    expect(await textOf(place, 'edit', { path: 'crlf.txt', old: 'a\nb', new: '' })).toMatch(
      /CR LF/,
    );
    expect(await textOf(place, 'edit', { path: 'latin.txt', old: 'a', new: '' })).toMatch(
      /not UTF-8/,
    );
    expect(await textOf(place, 'edit', { path: 'b.js', old: 'x', new: '' })).toMatch(
      /no file b.js/,
    );
  });
});
