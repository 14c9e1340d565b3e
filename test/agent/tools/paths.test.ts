import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { call, placeWith, textOf } from '../fixtures/place.ts';
import { folder } from '../fixtures/repository.ts';

describe('the workspace is the limit of file tools', () => {
  const outside = folder('outside');
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  const place = placeWith({ 'a.txt': 'a' });
  symlinkSync(outside, join(place.root, 'out'));
  symlinkSync(join(outside, 'secret.txt'), join(place.root, 'file'));
  symlinkSync('/nowhere/at/all', join(place.root, 'dangling'));
  symlinkSync('loop', join(place.root, 'loop'));
  mkdirSync(join(place.root, 'in'));
  symlinkSync('../a.txt', join(place.root, 'in/link'));

  test.each([
    '../outside',
    '/etc/passwd',
    '/workspace/../etc/passwd',
    '/workspaces/x',
    'in/../../x',
    'out/secret.txt',
    'out/new.txt',
    'file',
    'dangling',
    'loop',
    'a\0b',
  ])('%j', async (name) => {
    for (const [tool, input] of [
      ['view', { path: name }],
      ['create', { path: name, content: 'x' }],
      ['edit', { path: name, old: 'secret', new: 'x' }],
      ['search', { pattern: '.', path: name }],
    ] as const) {
      const { isError, text } = await call(place, tool, input);
      expect([tool, isError, text.includes('secret\n')]).toEqual([tool, true, false]);
      expect(text).not.toContain(outside);
    }
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret');
    expect(existsSync(join(outside, 'new.txt'))).toBe(false);
  });

  test('links that stay inside are followed, and git is not written', async () => {
    expect(await textOf(place, 'view', { path: 'in/link' })).toBe('     1\ta\n');
    expect((await call(place, 'create', { path: '.git/config', content: '' })).text).toMatch(
      /git's own/,
    );
    expect((await call(place, 'create', { path: 'in/.git/hooks/x', content: '' })).isError).toBe(
      true,
    );
  });
});
