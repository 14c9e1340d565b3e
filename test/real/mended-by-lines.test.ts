import { checkedWithItsLines } from './checked-with-its-lines.ts';

const cSource = (sum: string) => `int add(int a, int b) { return ${sum}; }\n`;
const cTest =
  '#include <stdio.h>\nint add(int, int);\nint main(void) { int ok = add(1, 2) == 3; puts("1..1"); puts(ok ? "ok 1 - adds" : "not ok 1 - adds"); return !ok; }\n';

checkedWithItsLines({
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
    options: { commandMs: 60_000 },
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
  'a build of Meson in a sub-folder': {
    before: 'unavailable',
    files: {
      'native/meson.build':
        "project('sums', 'c')\ntest('adds', executable('adds', 'sums.c', 'tests.c'))\n",
      'native/sums.c': cSource('a - b'),
      'native/tests.c': cTest,
    },
    mended: { 'native/sums.c': cSource('a + b') },
    says: /- `native`: `meson\.build`/,
    test: /^cd native && .*meson test -C build --print-errorlogs$/,
  },
  'a configure.ac in a sub-folder': {
    before: 'unavailable',
    files: {
      'native/configure.ac':
        'AC_INIT([sums], [1.0])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n',
      'native/Makefile.am':
        'check_PROGRAMS = adds\nadds_SOURCES = sums.c tests.c\nTESTS = $(check_PROGRAMS)\n',
      'native/sums.c': cSource('a - b'),
      'native/tests.c': cTest,
    },
    mended: { 'native/sums.c': cSource('a + b') },
    says: /- `native`: `Makefile\.am`, `configure\.ac`/,
    test: /^cd native && autoreconf -fi && \.\/configure && make -k check$/,
  },
  'PHPUnit in a sub-folder': {
    before: 'unavailable',
    files: {
      'php/phpunit.xml':
        '<phpunit><testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites></phpunit>\n',
      'php/sums.php': '<?php function add($a, $b) { return $a - $b; }\n',
      'php/tests/SumsTest.php':
        "<?php require_once __DIR__ . '/../sums.php';\nfinal class SumsTest extends PHPUnit\\Framework\\TestCase { public function testAdds(): void { $this->assertSame(3, add(1, 2)); } }\n",
    },
    mended: { 'php/sums.php': '<?php function add($a, $b) { return $a + $b; }\n' },
    says: /- `php`: `phpunit\.xml`/,
    test: /^cd php && phpunit$/,
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
});
