import { describe, expect, test } from '@jest/globals';
import type { FileChange } from '../../lib/domain/handoff.ts';
import { lockFaults } from '../../lib/domain/lockfile.ts';

const file = (path: string, text: string | null = 'x'): FileChange => ({
  path,
  mode: '100644',
  content: text === null ? null : Buffer.from(text).toString('base64'),
});
const npm = (host: string, more: Record<string, unknown> = {}) =>
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
    const tarball = 'https://registry.example/b/-/b-1.0.0-x.tgz';
    for (const more of [
      { version: undefined, integrity: 'sha512-x' },
      { version: undefined, resolved: tarball },
      { version: 'v1.0.0', resolved: tarball },
      { version: '1.0.0+x', integrity: 'sha512-x' },
    ]) {
      const lock = file('package-lock.json', npm('registry.example', more));
      expect(faults([lock, manifest])).toEqual([
        'package-lock.json says otherwise what the same version is of node_modules/b',
      ]);
    }
    expect(faults([file('package-lock.json', npm('registry.example', newer)), manifest])).toEqual(
      [],
    );
  });

  test.each([
    ['docs', { version: 'https://evil.example/x.tgz' }],
    ['license', { version: '1.0.0', resolved: 'https://evil.example/license/-/x.tgz' }],
    ['a', { version: '1.0.0', dependencies: { bugs: { version: 'git+ssh://evil.example/x' } } }],
  ])('names packages as it likes by the old form: %s', (name, one) => {
    const lock = JSON.stringify({ lockfileVersion: 1, dependencies: { [name]: one } });
    expect(faults([file('package-lock.json', lock), manifest])).toContain(
      'package-lock.json takes packages from evil.example, which the rules do not list',
    );
  });

  test.each([
    ['package-lock.json', npm('registry.example', { license: 'see https://other.example' })],
    ['package-lock.json', npm('registry.example', { deprecated: 'see https://other.example' })],
    [
      'composer.lock',
      JSON.stringify({ packages: [{ name: 'a/b', support: { docs: 'https://other.example' } }] }),
    ],
    ['poetry.lock', '[[package]]\nname = "b"\ndescription = "see https://other.example"\n'],
    [
      'pnpm-lock.yaml',
      "packages:\n\n  b@1.0.0:\n    resolution: {integrity: sha512-b}\n    deprecated: 'see https://other.example'\n",
    ],
  ])('%s may say more of a package', (path, text) => {
    const made = { 'composer.lock': 'composer.json', 'poetry.lock': 'pyproject.toml' }[path];
    expect(faults([file(path, text), file(made ?? 'package.json')])).toEqual([]);
  });

  test.each([
    ['a release', { resolved: 'https://registry.example/evil/-/evil-2.0.0.tgz' }, {}],
    ['one whose name ends alike', { resolved: 'https://registry.example/evil-b/-/b-2.tgz' }, {}],
    ['an alias of nobody', { name: 'evil', resolved: 'https://registry.example/evil/-/e.tgz' }, {}],
    [
      'a repository',
      { resolved: 'git+ssh://git@registry.example/evil/b.git#1' },
      { b: 'github:o/b' },
    ],
  ])("takes no package from another's tarball: %s", (_, more, dependencies) => {
    const lock = npm('registry.example', { version: '2.0.0', ...more });
    const asks = file('package.json', JSON.stringify({ dependencies }));
    expect(faults([file('package-lock.json', lock), asks])).toEqual([
      'package-lock.json takes node_modules/b from what does not name it',
    ]);
  });

  test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ['a scoped one', '@s/b', { resolved: 'https://registry.example/@s%2fb/-/b-2.0.0.tgz' }, {}],
    ['a feed', 'b', { resolved: 'https://registry.example/download/b/2.0.0/0a1b' }, {}],
    [
      'an alias',
      'b',
      { name: '@s/c', resolved: 'https://registry.example/@s/c/-/c-2.0.0.tgz' },
      { dependencies: { b: 'npm:@s/c@^2' } },
    ],
    [
      'an override',
      'b',
      { name: 'c', resolved: 'https://registry.example/c/-/c-2.0.0.tgz' },
      { overrides: { a: { 'b@1': { '.': 'npm:c@2' } } } },
    ],
    [
      'a repository',
      'b',
      { resolved: 'git+ssh://git@registry.example/o/r.git#0a1b' },
      { dependencies: { b: 'github:o/r#main' } },
    ],
    [
      'a tarball',
      'b',
      { resolved: 'https://registry.example/any.tgz' },
      { devDependencies: { b: 'https://registry.example/any.tgz' } },
    ],
    ['a file', 'b', { resolved: 'file:any.tgz' }, { dependencies: { b: './any.tgz' } }],
    [
      'a folder',
      'b',
      { version: undefined, integrity: undefined, resolved: 'p/@s/b', link: true },
      {},
    ],
  ])('takes what is asked for: %s', (_, name, more, asks) => {
    const lock = npm('registry.example', { version: '2.0.0', ...more }).replace(
      'node_modules/b',
      `node_modules/${name}`,
    );
    const asking = file('package.json', JSON.stringify(asks));
    expect(faults([file('package-lock.json', lock), asking])).toEqual([]);
  });

  test.each([
    [
      'bun.lock',
      '{ "packages": {\n "license": ["license@https://evil.example/x.tgz"],\n} }',
      'evil.example',
    ],
    ['pnpm-lock.yaml', 'dependencies:\n  license: https://evil.example/x.tgz\n', 'evil.example'],
    ['mix.lock', '"license": {:git, "https://evil.example/x", "0a"},', 'evil.example'],
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
    const made = path === 'mix.lock' ? file('mix.exs') : manifest;
    expect(faults([file(path, text), made]).join('\n')).toContain(`takes packages from ${source},`);
  });
});

test('other files may name any address', () => {
  expect(faults([file('src/a.js', 'https://evil.example/x.tgz')])).toEqual([]);
});
