import { describe, expect, test } from '@jest/globals';
import type { FileChange } from '../../lib/domain/handoff.ts';
import { lockFaults } from '../../lib/domain/lockfile.ts';

const file = (path: string, text: string | null = 'x'): FileChange => ({
  path,
  mode: '100644',
  content: text === null ? null : Buffer.from(text).toString('base64'),
});
const npm = (host: string, more: Record<string, string> = {}) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { name: 'a' },
      'node_modules/b': {
        ...{ version: '1.0.0', resolved: `https://${host}/b/-/b-1.0.0.tgz`, integrity: 'sha512-b' },
        funding: { url: 'https://sponsors.example/b' },
        ...more,
      },
    },
  });
const faults = (files: FileChange[], base = npm('registry.example'), registries: string[] = []) =>
  lockFaults(files, () => Buffer.from(base), registries).map(({ path, why }) => `${path} ${why}`);
const manifest = file('package.json');

describe('a lock file', () => {
  test.each([
    ['package-lock.json', 'package.json'],
    ['packages/a/yarn.lock', 'packages/a/package.json'],
    ['pnpm-lock.yaml', 'packages/a/package.json'],
    ['Cargo.lock', 'crates/x/Cargo.toml'],
    ['go.sum', 'go.mod'],
    ['uv.lock', 'pyproject.toml'],
    ['Gemfile.lock', 'x.gemspec'],
    ['src/packages.lock.json', 'src/App.csproj'],
  ])('%s changes with %s only', (lock, made) => {
    expect(faults([file(lock), file(made)])).toEqual([]);
    expect(faults([file(lock)])).toEqual([`${lock} changes without what it locks`]);
    expect(faults([file(lock, null)])).toHaveLength(1);
    const elsewhere = file(`other/${made}`.replace('other/packages/a', 'packages/b'));
    if (lock.includes('/')) expect(faults([file(lock), elsewhere])).toHaveLength(1);
  });

  test('takes packages from where the base does, or the rules say', () => {
    const lock = file('package-lock.json', npm('evil.example', { version: '1.0.1' }));
    const told = 'package-lock.json takes packages from evil.example, which the rules do not list';
    expect(faults([lock, manifest])).toEqual([told]);
    expect(faults([lock, manifest], '')).toEqual([told]);
    expect(faults([lock, manifest], undefined, ['Evil.example'])).toEqual([]);
    expect(faults([lock, manifest], npm('evil.example', { version: '1.0.0' }))).toEqual([]);
  });

  test('does not say otherwise what a locked version is', () => {
    const other = file('package-lock.json', npm('registry.example', { integrity: 'sha512-x' }));
    expect(faults([other, manifest])).toEqual([
      'package-lock.json says otherwise what the same version is of node_modules/b',
    ]);
    const newer = { version: '2.0.0', integrity: 'sha512-x' };
    expect(faults([file('package-lock.json', npm('registry.example', newer)), manifest])).toEqual(
      [],
    );
  });

  test.each([
    [
      'yarn.lock',
      'b@^1:\n  version "1"\n  resolved "https://evil.example/b.tgz#1"\n',
      'evil.example',
    ],
    ['pnpm-lock.yaml', 'resolution: {tarball: http://evil.example/b.tgz}', 'http://evil.example'],
    ['bun.lock', '{ "b": ["git+ssh://git@evil.example/b#1"], }', 'evil.example'],
    ['yarn.lock', '"b@git@evil.example:o/b":\n', 'evil.example'],
    ['package-lock.json', npm('user:pass@evil.example'), 'evil.example'],
    [
      'package-lock.json',
      npm('registry.example').replace('https:', 'http:'),
      'http://registry.example',
    ],
  ])('%s: %j comes from elsewhere', (path, text, source) => {
    expect(faults([file(path, text), manifest]).join('\n')).toContain(
      `takes packages from ${source},`,
    );
  });
});

test('other files may name any address', () => {
  expect(faults([file('src/a.js', 'https://evil.example/x.tgz')])).toEqual([]);
});
