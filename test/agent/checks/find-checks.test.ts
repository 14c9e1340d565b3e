import { describe, expect, test } from '@jest/globals';
import type { TreeView } from '../../../lib/agent/checks/ecosystem.ts';
import { isDefinition, isTest, mergeDefinition } from '../../../lib/agent/checks/ecosystems.ts';
import { findChecks } from '../../../lib/agent/checks/find-checks.ts';
import type { CheckSettings } from '../../../lib/domain/stage-input.ts';

const view = (files: Record<string, string>): TreeView => ({
  files: Object.keys(files),
  read: async (path) => files[path],
});
const found = async (files: Record<string, string>, settings: CheckSettings = {}) =>
  (await findChecks(view(files), settings))?.checks;
const pkg = (members: object) => JSON.stringify(members);

describe('what is found', () => {
  test.each<[string, Record<string, string>, string[], string]>([
    [
      'npm with a lock',
      {
        'package.json': pkg({ scripts: { test: 'tape t.js' }, devDependencies: { tape: '5' } }),
        'package-lock.json': '{}',
      },
      ['npm ci --no-audit --no-fund'],
      'tape t.js',
    ],
    [
      'npm with steps around the tests',
      { 'package.json': pkg({ scripts: { pretest: 'tsc', test: 'node --test' } }) },
      [],
      '(tsc) && (node --test)',
    ],
    [
      'npm with scripts that call others, even themselves',
      {
        'package.json': pkg({
          scripts: {
            test: 'npm run lint && npm run -s unit && npm run x -- --y',
            lint: 'xo',
            unit: 'mocha; npm run unit',
          },
        }),
      },
      [],
      '(xo) && (mocha; (mocha; (mocha; (mocha; (mocha; npm run unit))))) && npm run x -- --y',
    ],
    [
      'the script that npm init writes is none',
      {
        'package.json': pkg({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }),
        'a.test.js': '',
      },
      [],
      'node --test',
    ],
    [
      'Go with requirements',
      { 'go.mod': 'module x\n\nrequire (\n\ty v1.0.0\n)\n', 'x_test.go': '' },
      ['go mod download'],
      'go test -count=1 ./...',
    ],
    [
      'unittest in a package',
      {
        'pyproject.toml': '[project]\nname = "x"\ndependencies = []\n',
        'x/__init__.py': '',
        'x/tests/__init__.py': '',
        'x/tests/test_a.py': 'import unittest\nclass A(unittest.TestCase): pass\n',
      },
      [],
      'python3 -m unittest discover -s x/tests -t .',
    ],
    [
      'pytest by its tests, with requirements',
      { 'requirements.txt': 'six\n', 'tests/test_a.py': 'def test_a():\n    assert True\n' },
      [
        'python3 -m venv "$VIRTUAL_ENV"',
        '"$VIRTUAL_ENV/bin/python3" -m pip install -q -r requirements.txt',
        '"$VIRTUAL_ENV/bin/python3" -m pip install -q pytest',
      ],
      'python3 -m pytest',
    ],
    [
      'a project with a test extra',
      {
        'pyproject.toml':
          '[project]\nname = "x"\n[project.optional-dependencies]\ntest = ["pytest"]\n[tool.pytest.ini_options]\naddopts = "--cov"\n',
        'tests/test_a.py': '',
      },
      [
        'python3 -m venv "$VIRTUAL_ENV"',
        `"$VIRTUAL_ENV/bin/python3" -m pip install -q -e '.[test]'`,
        '"$VIRTUAL_ENV/bin/python3" -m pip install -q pytest pytest-cov',
      ],
      'python3 -m pytest',
    ],
    [
      'a Rust workspace',
      { 'Cargo.toml': '[workspace]\nmembers = ["a"]\n', 'a/Cargo.toml': '[package]\n' },
      ['cargo fetch'],
      'cargo test --workspace',
    ],
    [
      'Maven, which fetches its runner only to run a test',
      { 'pom.xml': '<project/>', 'src/test/java/a/UtilTest.java': '' },
      [
        'mvn -B -q -Dtest=UtilTest -Dmaven.test.failure.ignore -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false test',
      ],
      'mvn -B -o -fae test',
    ],
    [
      'Gradle by its wrapper',
      { 'build.gradle.kts': '', gradlew: '', 'src/test/kotlin/a/UtilTest.kt': '' },
      ["./gradlew --no-daemon -q test --tests '*UtilTest' || ./gradlew --no-daemon -q testClasses"],
      './gradlew --no-daemon --offline --continue test',
    ],
    [
      'CMake with an option for its tests',
      {
        'CMakeLists.txt': 'option(SUMS_BUILD_TESTS "Tests" OFF)\nenable_testing()\n',
        'build/keep': '',
        'tools/test_tool.py': '',
      },
      [],
      'cmake -S . -B build-checks -DSUMS_BUILD_TESTS=ON && cmake --build build-checks && ctest --test-dir build-checks --output-on-failure',
    ],
    [
      'Meson',
      { 'meson.build': "project('a', 'c')\ntest('a', exe)\n" },
      [],
      '{ [ -d build ] || meson setup build; } && meson test -C build --print-errorlogs',
    ],
    [
      'autotools from a distribution',
      { configure: '', 'Makefile.in': '', 'Makefile.am': '' },
      [],
      './configure && make -k check ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=:',
    ],
    [
      'pnpm by its lock file',
      {
        'package.json': pkg({ scripts: { test: 'tape t.js' }, devDependencies: { tape: '5' } }),
        'pnpm-lock.yaml': "lockfileVersion: '6.0'\n",
      },
      [
        'npm install -g --prefix "$VIRTUAL_ENV" --no-audit --no-fund pnpm@8',
        'pnpm install --frozen-lockfile',
      ],
      'tape t.js',
    ],
    [
      'Yarn by packageManager',
      {
        'package.json': pkg({
          scripts: { test: 'yarn run unit', unit: 'jest' },
          devDependencies: { jest: '30' },
          packageManager: 'yarn@4.5.0+sha512.abc',
        }),
        'yarn.lock': '__metadata:\n  version: 8\n',
      },
      [
        'npm install -g --prefix "$VIRTUAL_ENV" --no-audit --no-fund @yarnpkg/cli-dist@4.5.0',
        'YARN_NODE_LINKER=node-modules YARN_ENABLE_TELEMETRY=0 yarn install',
      ],
      '(jest)',
    ],
    [
      'tox that runs another runner',
      {
        'setup.py': '',
        'tox.ini':
          '[tox]\nenvlist = py\n[testenv]\ndeps =\n  nose2\n  py27: old\n  -r requirements.txt\ncommands =\n  python -m nose2 {posargs:-v}\n[testenv:lint]\ncommands = flake8\n',
      },
      [
        'python3 -m venv "$VIRTUAL_ENV"',
        `"$VIRTUAL_ENV/bin/python3" -m pip install -q 'nose2' -r requirements.txt`,
        '"$VIRTUAL_ENV/bin/python3" -m pip install -q -e .',
      ],
      'python3 -m nose2 -v',
    ],
    [
      'PHPUnit by a script of composer’s',
      {
        'composer.json': pkg({
          'require-dev': { 'phpunit/phpunit': '^10' },
          scripts: { test: ['@lint', 'phpunit --colors'], lint: '@php -l a.php' },
        }),
      },
      ['composer install --no-interaction --no-progress --prefer-dist'],
      '(php -l a.php) && (vendor/bin/phpunit --colors)',
    ],
    [
      'prove, for a distribution with parts in C',
      { 'Makefile.PL': 'PREREQ_PM => {\n  "Moo" => 2,\n}', 'A.xs': '', 't/a.t': '' },
      [
        'if command -v cpanm >/dev/null; then cpanm --notest -q --installdeps -L "$VIRTUAL_ENV" .; fi',
      ],
      'perl Makefile.PL && make && PERL5LIB="$VIRTUAL_ENV"/lib/perl5 prove -br t',
    ],
    [
      'RSpec with bundler',
      { Gemfile: '', 'spec/a_spec.rb': '' },
      ['BUNDLE_PATH="$VIRTUAL_ENV/bundle" bundle install --quiet'],
      'BUNDLE_PATH="$VIRTUAL_ENV/bundle" bundle exec rspec',
    ],
    [
      '.NET by its solution',
      { 'Sums.sln': '', 'Sums.Tests/Sums.Tests.csproj': '' },
      ['dotnet restore'],
      'dotnet test --no-restore',
    ],
    ['make', { Makefile: 'all: x\n\ncheck: all\n\t./t\n' }, [], 'make check'],
  ])('%s', async (_name, files, setup, command) => {
    expect(await found(files)).toMatchObject({ source: 'found', setup, test: command });
  });

  test('an option stands over .entropy.yml, that over what is found', async () => {
    const files = { 'package.json': pkg({ scripts: { test: 'a' }, dependencies: { b: '1' } }) };
    const policy = { setup: [], test: 'b' };
    expect(await found(files, { policy })).toMatchObject({
      source: '.entropy.yml',
      setup: [],
      test: 'b',
    });
    expect(await found(files, { policy, option: { test: 'c', setup: 'd' } })).toMatchObject({
      source: 'option',
      setup: ['d'],
      test: 'c',
    });
    expect(await found(files, { policy: { test: 'b' } })).toMatchObject({
      setup: ['npm install --no-audit --no-fund'],
    });
  });

  test('nothing, where no manifest says so', async () => {
    expect(await found({ 'README.md': '', Makefile: 'all:\n' })).toBeUndefined();
  });
});

describe('what a path is', () => {
  test.each([
    'test/a.js',
    'src/__tests__/x.ts',
    'lib/a.test.ts',
    'a_test.go',
    'pkg/testdata/x.json',
    'x/tests/__init__.py',
    'test_a.py',
    'src/lexer_test.rs',
    'src/test/java/a/Sums.java',
    'app/src/androidTest/kotlin/A.kt',
  ])('%s is a test', (path) => {
    expect([isTest(path), isDefinition(path)]).toEqual([true, false]);
  });
  test.each([
    'package.json',
    'jest.config.mjs',
    'test/.mocharc.cjs',
    'tests/conftest.py',
    'pyproject.toml',
    'Makefile',
    'mk/rules.mk',
    '.entropy.yml',
    'lib/sitecustomize.py',
    '.npmrc',
    'Cargo.toml',
    'build.rs',
    '.cargo/config.toml',
    'sub/pom.xml',
    '.mvn/maven.config',
    'build.gradle.kts',
    'buildSrc/src/main/kotlin/a.kt',
  ])('%s is a definition', (path) => {
    expect([isTest(path), isDefinition(path)]).toEqual([false, true]);
  });
  test.each(['src/a.js', 'latest.js', 'contest/a.py', 'go.mod', 'docs/testing.md'])(
    '%s is source',
    (path) => {
      expect([isTest(path), isDefinition(path)]).toEqual([false, false]);
    },
  );
});

test('package.json: dependencies are the change’s, what runs tests is the base’s', () => {
  const base = pkg({ scripts: { test: 'node --test' }, dependencies: { a: '1' } });
  const change = pkg({ scripts: { test: 'exit 0' }, dependencies: { a: '2' }, jest: {} });
  const merged = JSON.parse(mergeDefinition('package.json', base, change) ?? '');
  expect(merged).toEqual({ scripts: { test: 'node --test' }, dependencies: { a: '2' } });
  expect(mergeDefinition('package.json', base, '{')).toBe('{');
  expect(mergeDefinition('jest.config.js', base, change)).toBeUndefined();
});
