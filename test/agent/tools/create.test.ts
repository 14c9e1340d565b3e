import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { call, placeWith, textOf } from '../fixtures/place.ts';

describe('create', () => {
  test('create makes folders, and replaces', async () => {
    const place = placeWith({});
    expect(await textOf(place, 'create', { path: 'x/y/z.txt', content: 'one' })).toBe(
      'created x/y/z.txt',
    );
    expect(await textOf(place, 'create', { path: 'x/y/z.txt', content: 'two' })).toBe(
      'replaced x/y/z.txt',
    );
    expect(readFileSync(join(place.root, 'x/y/z.txt'), 'utf8')).toBe('two');
    expect((await call(place, 'create', { path: 'x/y/z.txt/below', content: '' })).isError).toBe(
      true,
    );
    expect((await call(place, 'create', { path: 'x/y', content: '' })).isError).toBe(true);
  });
});
