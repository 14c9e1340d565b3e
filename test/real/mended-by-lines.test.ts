import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parsePolicy } from '../../lib/domain/policy-file.ts';
import { yamlIn } from '../agent/checks/tree-of.ts';
import {
  type Files,
  repositoryOf,
  type TestRepository,
  type VerifyOptions,
} from '../agent/verify-repository.ts';

const made: TestRepository[] = [];
afterAll(() => {
  for (const one of made) one.remove();
});

/** rustup looks for its toolchains in HOME, which is a new one for each tree. */
const env = { RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup') };

const cSource = (sum: string) => `int add(int a, int b) { return ${sum}; }\n`;
const cTest =
  '#include <stdio.h>\nint add(int, int);\nint main(void) { int ok = add(1, 2) == 3; puts("1..1"); puts(ok ? "ok 1 - adds" : "not ok 1 - adds"); return !ok; }\n';

interface Row {
  readonly before: 'unavailable' | 'inconclusive';
  readonly files: Files;
  /** What mends the bug. */
  readonly mended: Files;
  /** What the report must say. */
  readonly says: RegExp;
  readonly test: RegExp;
  readonly options?: VerifyOptions;
}

const rows: Record<string, Row> = {
  'a Python project in a sub-folder, whose tests find their package only from there': {
    before: 'inconclusive',
    files: {
      'backend/pyproject.toml': '[project]\nname = "sums"\nversion = "1.0"\n',
      'backend/src/sums/__init__.py': 'def add(a, b):\n    return a - b\n',
      'backend/tests/test_sums.py':
        'from sums import add\n\ndef test_adds():\n    assert add(1, 2) == 3\n',
      'README.md': '# Sums\n',
    },
    mended: { 'backend/src/sums/__init__.py': 'def add(a, b):\n    return a + b\n' },
    says: /None of the tests compiled or loaded[\s\S]*No module named 'sums'/,
    test: /^cd backend && export PYTHONPATH=src && python3 -m pytest$/,
  },
  'Python tests beside a package of npm that names none': {
    before: 'unavailable',
    files: {
      'package.json': '{ "scripts": { "build": "true" } }',
      'sums.py': 'def add(a, b):\n    return a - b\n',
      'test_sums.py':
        'import unittest\nimport sums\n\nclass Sums(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(sums.add(1, 2), 3)\n',
    },
    mended: { 'sums.py': 'def add(a, b):\n    return a + b\n' },
    says: /`package\.json`: looked for a "test" script/,
    test: /^python3 -m unittest discover$/,
  },
  'a package of npm in packages/app, whose runner is installed there': {
    before: 'unavailable',
    files: {
      'packages/app/package.json':
        '{ "name": "app", "scripts": { "test": "mocha" }, "devDependencies": { "mocha": "10.8.2" } }',
      'packages/app/sums.js': 'exports.add = (a, b) => a - b;\n',
      'packages/app/test/sums.js':
        "const { add } = require('../sums.js');\nit('adds', () => { if (add(1, 2) !== 3) throw new Error('sum'); });\n",
    },
    mended: { 'packages/app/sums.js': 'exports.add = (a, b) => a + b;\n' },
    says: /- `packages\/app`: `package\.json`/,
    test: /^cd packages\/app && export PATH="\$PATH:\$PWD\/node_modules\/\.bin" && mocha$/,
  },
  'a Go module one folder down': {
    before: 'unavailable',
    files: {
      'server/go.mod': 'module example.org/sums\n\ngo 1.18\n',
      'server/sums.go': 'package sums\n\nfunc Add(a, b int) int { return a - b }\n',
      'server/sums_test.go':
        'package sums\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("sum")\n\t}\n}\n',
    },
    mended: { 'server/sums.go': 'package sums\n\nfunc Add(a, b int) int { return a + b }\n' },
    says: /manifests stand in sub-folders only\.\n- `server`: `go\.mod`/,
    test: /^cd server && go test -count=1 \.\/\.\.\.$/,
  },
  'a package of Rust two folders down': {
    before: 'unavailable',
    files: {
      'crates/sums/Cargo.toml': '[package]\nname = "sums"\nversion = "1.0.0"\nedition = "2021"\n',
      'crates/sums/src/lib.rs': 'pub fn add(a: i32, b: i32) -> i32 {\n    a - b\n}\n',
      'crates/sums/tests/sums.rs': '#[test]\nfn adds() {\n    assert_eq!(sums::add(1, 2), 3);\n}\n',
    },
    mended: {
      'crates/sums/src/lib.rs': 'pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n',
    },
    says: /- `crates\/sums`: `Cargo\.toml`/,
    test: /^cd crates\/sums && cargo test$/,
  },
  'a Makefile with a target of another name': {
    before: 'unavailable',
    files: {
      Makefile: 'sums: sums.c tests.c\n\tcc -o $@ sums.c tests.c\n\nunit-tests: sums\n\t./sums\n',
      'sums.c': cSource('a - b'),
      'tests.c': cTest,
    },
    mended: { 'sums.c': cSource('a + b') },
    says: /`Makefile`: looked for a Makefile with a target `test` or `check`/,
    test: /^make unit-tests$/,
  },
  'a target of make that never ends, beside one that does': {
    before: 'inconclusive',
    files: {
      Makefile:
        'sums: sums.c tests.c\n\tcc -o $@ sums.c tests.c\n\ntest: sums\n\t./sums; sleep 3000\n\nunit: sums\n\t./sums\n',
      'sums.c': cSource('a - b'),
      'tests.c': cTest,
    },
    mended: { 'sums.c': cSource('a + b') },
    says: /never ended[\s\S]*ENTROPY_COMMAND_MS/,
    test: /^make unit$/,
    options: { commandMs: 15_000 },
  },
  'CMake, whose tests are a target of its own': {
    before: 'unavailable',
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.10)\nproject(sums C)\nadd_executable(tests sums.c tests.c)\nadd_custom_target(check COMMAND tests DEPENDS tests)\n',
      'sums.c': cSource('a - b'),
      'tests.c': cTest,
    },
    mended: { 'sums.c': cSource('a + b') },
    says: /`CMakeLists\.txt`: looked for CMakeLists\.txt with enable_testing/,
    test: /--target check$/,
  },
  'a distribution of Perl in a sub-folder': {
    before: 'unavailable',
    files: {
      'perl/lib/Sums.pm': 'package Sums; sub add { $_[0] - $_[1] } 1;\n',
      'perl/t/adds.t': 'use Test::More tests => 1; use Sums; is(Sums::add(1, 2), 3, "adds");\n',
    },
    mended: { 'perl/lib/Sums.pm': 'package Sums; sub add { $_[0] + $_[1] } 1;\n' },
    says: /- `perl`: `t\/\*\.t`/,
    test: /^cd perl && prove -lr t$/,
  },
  'a Ruby library in a sub-folder, whose tests are a task': {
    before: 'unavailable',
    files: {
      'ruby/Rakefile':
        'require "rake/testtask"\nRake::TestTask.new(:unit) { |t| t.pattern = "checks/*.rb" }\n',
      'ruby/lib/sums.rb': 'def add(a, b) = a - b\n',
      'ruby/checks/adds.rb':
        'require "minitest/autorun"\nrequire "sums"\nclass Adds < Minitest::Test\n  def test_adds = assert_equal(3, add(1, 2))\nend\n',
    },
    mended: { 'ruby/lib/sums.rb': 'def add(a, b) = a + b\n' },
    says: /- `ruby`: `Rakefile`/,
    test: /^cd ruby && rake unit$/,
  },
  'a set-up of .entropy.yml that fails, beside what would be found': {
    before: 'unavailable',
    files: {
      'Sums.mk': '',
      Makefile: 'sums: sums.c tests.c\n\tcc -o $@ sums.c tests.c\n\ncheck: sums\n\t./sums\n',
      'sums.c': cSource('a - b'),
      'tests.c': cTest,
    },
    mended: { 'sums.c': cSource('a + b') },
    says: /Set-up failed[\s\S]*`make deps` ended with 2[\s\S]*No rule to make target/,
    test: /^make check$/,
    options: { checks: { policy: { setup: ['make deps'], test: 'make check' } } },
  },
};

test.each(Object.entries(rows))('%s', async (_name, row) => {
  const one = repositoryOf(row.files);
  made.push(one);
  const before = await one.verify(row.mended, { env, ...row.options });
  expect(before.judgement.verdict).toBe(row.before);
  expect(before.judgement.detail).toMatch(row.says);
  const checks = parsePolicy(yamlIn(before.judgement.detail)[0] ?? '').checks;
  expect(checks.test).toMatch(row.test);
  const setup = [checks.setup ?? []].flat();
  const policy = { setup, ...(checks.test === undefined ? {} : { test: checks.test }) };
  const after = await one.verify(row.mended, { env, checks: { policy } });
  expect(after.judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
  expect(after.evidence.checks).toMatchObject({ source: '.entropy.yml', test: checks.test });
});
