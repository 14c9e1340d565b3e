import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianSource, npmPackage, sdist } from './packages.ts';
import { noProof, showsWholeRuns } from './whole-run.ts';

/** A package.json with other members. */
const packageWith = (text: string, members: object): string =>
  `${JSON.stringify({ ...JSON.parse(text), ...members }, null, 2)}\n`;
const otherChecks = 'version: 1\nchecks: { test: exit 0 }\n';

const vacuous =
  'import unittest\nclass More(unittest.TestCase):\n  def test_more(self): self.assertTrue(True)\n';
const rigged = 'import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n';
showsWholeRuns({
  name: 'a Python source distribution: roman',
  fetch: sdist('roman', '4.2'),
  file: 'src/roman.py',
  right: "('IX', 9)",
  wrong: "('IX', 8)",
  stillWrong: "('IX', 7)",
  proof: 'src/tests.py > TestRoman > test_toRoman',
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  wrongs: (read) => ({
    'tests only': [{ 'src/test_more.py': vacuous }, 'no-proof', /touches no source/],
    'the failing test deleted': [{ 'src/tests.py': null }, 'test-gone', /test_fromRoman/],
    'a rigged interpreter beside a no-op': [
      { 'src/roman.py': `${read('src/roman.py')}# mended\n`, 'sitecustomize.py': rigged },
      'no-proof',
      noProof,
    ],
  }),
});

const bumps = 'tests/test_bump.py';
showsWholeRuns({
  name: 'a Python source distribution whose test runner set-up installs: semver',
  fetch: sdist('semver', '3.0.2'),
  file: 'src/semver/version.py',
  right: 'self._patch + 1',
  wrong: 'self._patch + 2',
  stillWrong: 'self._patch + 3',
  proof: `${bumps} > test_should_bump_patch`,
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  wrongs: (read) => ({
    'the failing test skipped': [
      {
        [bumps]: read(bumps).replace(
          'def test_should_bump_patch',
          'import pytest\n@pytest.mark.skip\ndef test_should_bump_patch',
        ),
      },
      'test-skipped',
      /test_should_bump_patch/,
    ],
    'an edited runner configuration': [
      { 'pytest.ini': '[pytest]\naddopts = --collect-only\n' },
      'no-proof',
      /pytest\.ini” was not used/,
    ],
  }),
});

const higher = {
  file: 'index.js',
  right: 'if (na > nb) return 1;',
  wrong: 'if (na > nb) return -1;',
  stillWrong: 'if (na > nb) return -2;',
  proof: 'cmp',
};
showsWholeRuns({
  name: 'an npm package whose test runner set-up installs: semver-compare',
  fetch: npmPackage('semver-compare', '1.0.0'),
  ...higher,
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'exit 0 in the test command': [
      { 'package.json': packageWith(read('package.json'), { scripts: { test: 'exit 0' } }) },
      'no-proof',
      /package\.json” was not used/,
    ],
    'the failing test under another name': [
      { 'test/cmp.js': "require('tape')('another', t => t.end());\n" },
      'test-gone',
      /“cmp”/,
    ],
    'a vacuous new test beside a no-op': [
      {
        'index.js': `${read('index.js')}// mended\n`,
        'test/more.js': "require('tape')('more', t => { t.pass(); t.end(); });\n",
      },
      'no-proof',
      noProof,
    ],
  }),
});

showsWholeRuns({
  name: 'an npm package installed by pnpm: semver-compare',
  fetch: (dir) => {
    npmPackage('semver-compare', '1.0.0')(dir);
    const path = join(dir, 'package.json');
    const managed = { packageManager: 'pnpm@9.15.4' };
    writeFileSync(path, packageWith(readFileSync(path, 'utf8'), managed));
  },
  ...higher,
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'the failing test emptied': [
      { 'test/cmp.js': "require('tape')('cmp', t => { t.pass(); t.end(); });\n" },
      'no-proof',
      /pass only as the change rewrote them: “cmp”/,
    ],
    'an edited .entropy.yml beside a no-op': [
      { 'index.js': `${read('index.js')}// mended\n`, '.entropy.yml': otherChecks },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
  }),
});

showsWholeRuns({
  name: 'a Python source distribution with a dependency: isodate',
  fetch: sdist('isodate', '0.6.1'),
  file: 'src/isodate/isodates.py',
  right: "timedelta(days=int(groups['day']) - 1)",
  wrong: "timedelta(days=int(groups['day']))",
  stillWrong: "timedelta(days=int(groups['day']) + 1)",
  proof: 'src/isodate/tests/test_date.py > create_testcase.<locals>.TestDate > test_parse#7',
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  wrongs: () => ({
    'tests only': [{ 'src/isodate/tests/test_more.py': vacuous }, 'no-proof', /touches no source/],
    'an edited .entropy.yml': [
      { '.entropy.yml': otherChecks },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
  }),
});

showsWholeRuns({
  name: 'a Perl distribution: Roman',
  fetch: debianSource('libroman-perl'),
  file: 'lib/Roman.pm',
  right: '100 CD 1000',
  wrong: '100 CE 1000',
  stillWrong: '100 CC 1000',
  proof: 't/01.t > 1444 is MCDXLIV',
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'the failing test deleted': [{ 't/01.t': null }, 'test-gone', /t\/01\.t/],
    'tests only': [
      { 't/more.t': 'use Test::More tests => 1;\nok(1, "more");\n' },
      'no-proof',
      /touches no source/,
    ],
    'an edited runner configuration beside a no-op': [
      { 'lib/Roman.pm': `${read('lib/Roman.pm')}\n# mended\n`, '.proverc': '--exec true\n' },
      'no-proof',
      /\.proverc” was not used/,
    ],
  }),
});

/** What `composer install` would write of a package's autoloading. */
const autoload =
  'spl_autoload_register(function ($c) { foreach (["$c.php", "test/$c.php"] as $f) if (is_file($f)) require $f; });';
const phpTests = 'test/ParsedownTest.php';
showsWholeRuns({
  name: 'a PHP package: Parsedown',
  fetch: debianSource('php-parsedown'),
  file: 'Parsedown.php',
  right: 'if (isset(self::$instances[$name]))',
  wrong: 'if ( ! isset(self::$instances[$name]))',
  stillWrong: "if (isset(self::$instances['none']))",
  proof: `${phpTests} > ParsedownTest > testLateStaticBinding`,
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  options: [
    ...['--setup', `mkdir -p vendor && echo '<?php ${autoload}' > vendor/autoload.php`],
    ...['--test', 'phpunit'],
  ],
  wrongs: (read) => ({
    'the failing test skipped': [
      {
        [phpTests]: read(phpTests).replace(
          '$parsedown = Parsedown::instance();',
          '$this->markTestSkipped("later");',
        ),
      },
      'test-skipped',
      /testLateStaticBinding/,
    ],
    'a configuration that runs nothing beside a no-op': [
      {
        'Parsedown.php': `${read('Parsedown.php')}\n// mended\n`,
        'phpunit.xml.dist': '<phpunit><testsuites/></phpunit>\n',
      },
      'no-proof',
      /phpunit\.xml\.dist” was not used/,
    ],
  }),
});
