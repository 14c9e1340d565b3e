import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { proposalsFor } from '../../../../lib/agent/checks/mending/proposals.ts';
import { survey } from '../../../../lib/agent/checks/mending/survey.ts';
import { parsePolicy } from '../../../../lib/domain/policy-file.ts';
import { treeOf } from '../tree-of.ts';

const every = mkdtempSync(join(tmpdir(), 'entropy-path-'));
const none = mkdtempSync(join(tmpdir(), 'entropy-path-'));
const programs =
  'go cargo rustc mvn java gradle dotnet python3 node npm php composer perl prove ruby bundle cmake ctest cc meson ninja make autoreconf';
for (const name of programs.split(' ')) writeFileSync(join(every, name), '', { mode: 0o755 });
afterAll(() => {
  for (const folder of [every, none]) rmSync(folder, { recursive: true, force: true });
});

const all = (files: Record<string, string>, failed: string[] = [], path = every) =>
  proposalsFor(survey(treeOf(files)), failed, path);
/** What the first lines say, read as the file would be. */
const first = async (files: Record<string, string>, failed: string[] = []) => {
  const [likeliest] = await all(files, failed);
  expect(likeliest?.missing).toEqual([]);
  return parsePolicy(likeliest?.lines ?? '').checks;
};
const json = JSON.stringify;

describe('in a folder further down', () => {
  test.each<[string, Record<string, string>, string[], string]>([
    ['Go', { 'svc/go.mod': 'module m\n' }, [], 'cd svc && go test -count=1 ./...'],
    ['Rust', { 'a/b/Cargo.toml': '[package]\n' }, [], 'cd a/b && cargo test'],
    [
      'Maven',
      { 'java/pom.xml': '<project/>' },
      [
        'cd java && mvn -B -q -Dmaven.test.failure.ignore -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false test',
      ],
      'cd java && mvn -B -o -fae test',
    ],
    [
      'Gradle',
      { 'jvm/build.gradle.kts': '' },
      ['cd jvm && gradle --no-daemon -q testClasses'],
      'cd jvm && gradle --no-daemon --offline --continue test',
    ],
    [
      '.NET',
      { 'src/Sums.sln': '' },
      ['cd src && dotnet restore'],
      'cd src && dotnet test --no-restore',
    ],
    [
      'a package of npm, whose programs are not on PATH',
      {
        'packages/app/package.json': json({ scripts: { test: 'jest' }, dependencies: { a: '1' } }),
        'packages/app/package-lock.json': '{}',
      },
      ['cd packages/app && npm ci --no-audit --no-fund'],
      'cd packages/app && export PATH="$PATH:$PWD/node_modules/.bin" && jest',
    ],
    [
      'a workspace of the root, which is installed there',
      {
        'package.json': json({ workspaces: ['packages/*'] }),
        'package-lock.json': '{}',
        'packages/app/package.json': json({ scripts: { test: 'jest' }, dependencies: { a: '1' } }),
      },
      ['npm ci --no-audit --no-fund'],
      'cd packages/app && export PATH="$PATH:$PWD/node_modules/.bin" && jest',
    ],
    [
      'PHP',
      { 'api/composer.json': json({ 'require-dev': { 'phpunit/phpunit': '*' } }) },
      ['cd api && composer install --no-interaction --no-progress --prefer-dist'],
      'cd api && vendor/bin/phpunit',
    ],
    ['Perl', { 'perl/t/a.t': '' }, [], 'cd perl && prove -lr t'],
    [
      'Ruby',
      { 'gem/Gemfile': '', 'gem/spec/a_spec.rb': '' },
      ['cd gem && BUNDLE_PATH="$VIRTUAL_ENV/bundle" bundle install --quiet'],
      'cd gem && BUNDLE_PATH="$VIRTUAL_ENV/bundle" bundle exec rspec',
    ],
    [
      'CMake',
      { 'c/CMakeLists.txt': 'enable_testing()' },
      [],
      'cd c && cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure',
    ],
    [
      'Meson',
      { 'c/meson.build': "test('a', a)" },
      [],
      'cd c && { [ -d build ] || meson setup build; } && meson test -C build --print-errorlogs',
    ],
    [
      'autotools',
      { 'c/configure.ac': '', 'c/Makefile.am': '' },
      [],
      'cd c && autoreconf -fi && ./configure && make -k check',
    ],
    [
      'make, in a name with a space',
      { 'my code/Makefile': 'test:\n\ttrue\n' },
      [],
      "cd 'my code' && make test",
    ],
  ])('%s', async (_name, files, setup, command) => {
    expect(await first(files)).toEqual({ setup, test: command });
  });
});

test('Python in a folder of its own, where tests started at the root don’t find their package', async () => {
  const files = {
    'py/pyproject.toml': '',
    'py/src/a.py': '',
    'py/tests/test_a.py': 'import unittest\nclass A(unittest.TestCase): pass\n',
  };
  const failed = 'python3 -m unittest discover -s py/tests -t py/tests';
  expect((await first(files)).test).toBe(failed);
  expect(await first(files, [failed])).toEqual({
    setup: [],
    test: 'cd py && export PYTHONPATH=src && python3 -m unittest discover -s tests -t tests',
  });
});

describe('by another name', () => {
  test.each<[string, Record<string, string>, string[], string]>([
    ['a target of make', { Makefile: 'all:\n\tcc a.c\nunit: all\n\t./a\n' }, [], 'make unit'],
    [
      'a script of package.json',
      { 'package.json': json({ scripts: { build: 'tsc', 'test:unit': 'npm run build && ava' } }) },
      [],
      '(tsc) && ava',
    ],
    [
      'a runner among the dependencies',
      { 'package.json': json({ devDependencies: { vitest: '2' } }) },
      ['npm install --no-audit --no-fund'],
      'vitest run',
    ],
    [
      'a script of composer.json',
      { 'composer.json': json({ scripts: { unit: 'pest --ci' } }) },
      ['composer install --no-interaction --no-progress --prefer-dist'],
      'pest --ci',
    ],
    ['a task of rake', { Rakefile: 'Rake::TestTask.new(:unit) do |t|\nend\n' }, [], 'rake unit'],
    [
      'a target of CMake',
      { 'CMakeLists.txt': 'add_custom_target(run_x)\nadd_custom_target(check DEPENDS a)' },
      [],
      'cmake -S . -B build && cmake --build build --target check',
    ],
    [
      'a Makefile.in of one’s own',
      { 'configure.ac': '', 'Makefile.in': 'tests: a\n\t./a\n' },
      [],
      'autoreconf -fi && ./configure && make tests',
    ],
    [
      'Python tests beside another kind of project',
      { 'package.json': '{}', 'tests/test_a.py': 'from unittest import TestCase\n' },
      [],
      'python3 -m unittest discover -s tests -t tests',
    ],
    ['a script that runs the tests', { 'run-tests.sh': '#!/bin/bash\n' }, [], 'bash run-tests.sh'],
  ])('%s', async (_name, files, setup, command) => {
    expect(await first(files)).toEqual({ setup, test: command });
  });
});

describe('which, and in which order', () => {
  test('never a command that failed, however it is spaced', async () => {
    const files = { Makefile: 'test:\n\tx\nunit:\n\ty\n', 'go/go.mod': 'module m\nrequire x v1\n' };
    const lines = (await all(files, ['make  test ', 'cd go && go mod download'])).map(
      (p) => p.lines,
    );
    expect(lines).toEqual([expect.stringContaining('make unit')]);
  });

  test('the root first, then the shallower; what is beside the point and what can’t run last', async () => {
    const files = {
      'examples/go.mod': 'module m',
      'a/b/go.mod': 'module m',
      'z/Cargo.toml': '[package]',
      'c/go.mod': 'module m',
      'run-tests.sh': '',
    };
    rmSync(join(every, 'cargo'));
    try {
      const found = await all(files);
      expect(found.map(({ folder }) => folder)).toEqual(['', 'c', 'a/b', 'examples', 'z']);
      expect(found.at(-1)?.missing).toEqual(['cargo']);
    } finally {
      writeFileSync(join(every, 'cargo'), '', { mode: 0o755 });
    }
  });

  test('a part of a build is none by itself', async () => {
    const files = { 'CMakeLists.txt': 'project(x)', 'a/CMakeLists.txt': 'enable_testing()' };
    expect((await all(files)).map(({ folder }) => folder)).toEqual(['']);
    expect(await all({ 'pom.xml': '<project/>', 'a/pom.xml': '<project/>' })).toHaveLength(1);
  });

  test('what the machine does not have is named', async () => {
    const [found] = await all({ 'a/pom.xml': '' }, [], none);
    expect(found?.missing).toEqual(['mvn', 'java']);
  });

  test('a file made to be slow to read is not', async () => {
    const files = {
      Rakefile: `${'\n'.repeat(190_000)}task :unit`,
      Makefile: `unit:${' a'.repeat(90_000)}\n`,
      'CMakeLists.txt': 'add_custom_target('.repeat(10_000),
    };
    expect((await all(files)).map(({ ecosystem }) => ecosystem).sort()).toEqual(['make', 'ruby']);
  });

  test('nothing, where nothing says how', async () => {
    const files = {
      'README.md': '',
      Makefile: 'all:\n',
      'package.json': '{}',
      'a/CMakeLists.txt': '',
    };
    expect(await all(files)).toEqual([]);
  });
});
