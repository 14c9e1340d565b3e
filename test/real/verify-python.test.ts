import { sdist } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const rigged = 'import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n';

showsTheRule({
  name: 'unittest without dependencies: roman',
  fetch: sdist('roman', '4.2'),
  file: 'src/roman.py',
  right: "('IX', 9)",
  wrong: "('IX', 8)",
  proof: 'src/tests.py > TestRoman > test_toRoman',
  wrongs: (read) => ({
    'a wrong change': [
      { 'src/roman.py': read('src/roman.py').replace("('IX', 8)", "('IX', 7)") },
      'no-proof',
      /No test fails without/,
    ],
    'tests only': [
      {
        'src/test_more.py':
          'import unittest\nclass More(unittest.TestCase):\n  def test_a(self): pass\n',
      },
      'no-proof',
      /touches no source/,
    ],
    'the failing tests deleted': [
      { 'src/tests.py': read('src/tests.py').replaceAll('def test_', 'def untested_') },
      'test-gone',
      /src\/tests\.py > TestRoman > test_fromRoman/,
    ],
    'the test file deleted': [{ 'src/tests.py': null }, 'test-gone', /test_fromRoman/],
    'the failing tests skipped': [
      {
        'src/tests.py': read('src/tests.py').replace(
          'class TestRoman',
          '@unittest.skip("x")\nclass TestRoman',
        ),
      },
      'test-skipped',
      /TestRoman/,
    ],
    'exit 0 in the test command': [
      { 'tox.ini': '[testenv]\ncommands = true\n', Makefile: 'test:\n\texit 0\n' },
      'no-proof',
      /“Makefile”, “tox\.ini” was not used/,
    ],
    'an edited .entropy.yml': [
      { '.entropy.yml': 'version: 1\nchecks:\n  test: exit 0\n' },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
    'a rigged interpreter': [
      { 'src/sitecustomize.py': rigged, 'sitecustomize.py': rigged },
      'no-proof',
      /sitecustomize\.py/,
    ],
    'a vacuous new test beside a no-op': [
      {
        'src/roman.py': `${read('src/roman.py')}# fixed\n`,
        'src/test_more.py':
          'import unittest\nclass More(unittest.TestCase):\n  def test_a(self): pass\n',
      },
      'no-proof',
      /No test fails without/,
    ],
  }),
});

showsTheRule({
  name: 'unittest with a dependency and a suite of its own: isodate',
  fetch: sdist('isodate', '0.6.1'),
  file: 'src/isodate/isodates.py',
  right: "timedelta(days=int(groups['day']) - 1)",
  wrong: "timedelta(days=int(groups['day']))",
  proof: 'src/isodate/tests/test_date.py > create_testcase.<locals>.TestDate > test_parse#7',
  wrongs: (read) => ({
    'a no-op': [
      { 'src/isodate/isodates.py': `${read('src/isodate/isodates.py')}# fixed\n` },
      'no-proof',
      /No test fails without/,
    ],
    'setup.py that sets another suite': [
      {
        'setup.py': read('setup.py').replace('isodate.tests.test_suite', 'isodate.none'),
        'src/isodate/isodates.py': `${read('src/isodate/isodates.py')}# fixed\n`,
      },
      'no-proof',
      /No test fails without/,
    ],
  }),
});

const bump = 'self._patch + 1';
showsTheRule({
  name: 'pytest with doctests and a plugin: semver',
  fetch: sdist('semver', '3.0.2'),
  file: 'src/semver/version.py',
  right: bump,
  wrong: 'self._patch + 2',
  proof: 'tests/test_bump.py > test_should_bump_patch',
  wrongs: (read) => ({
    'a wrong change': [
      {
        'src/semver/version.py': read('src/semver/version.py').replace(
          'self._major + 1',
          'self._major + 2',
        ),
      },
      'test-broken',
      /passed before and fail with the change/,
    ],
    'tests only': [
      { 'tests/test_more.py': 'def test_more():\n    assert True\n' },
      'no-proof',
      /touches no source/,
    ],
    'the failing test deleted': [
      {
        'tests/test_bump.py': read('tests/test_bump.py').replace(
          'def test_should_bump_patch',
          'def bump_patch_no',
        ),
      },
      'test-gone',
      /“tests\/test_bump\.py > test_should_bump_patch”/,
    ],
    'the failing test skipped': [
      {
        'tests/test_bump.py': read('tests/test_bump.py').replace(
          'def test_should_bump_patch',
          'import pytest\n@pytest.mark.skip\ndef test_should_bump_patch',
        ),
      },
      'test-skipped',
      /test_should_bump_patch/,
    ],
    'the failing tests expected to fail': [
      {
        'tests/test_bump.py': read('tests/test_bump.py').replace(
          'def test_should_bump_patch',
          'import pytest\n@pytest.mark.xfail\ndef test_should_bump_patch',
        ),
      },
      'test-skipped',
      /test_should_bump_patch/,
    ],
    'an edited runner configuration': [
      {
        'setup.cfg': read('setup.cfg').replace('testpaths = tests docs', 'testpaths = tests/none'),
        'pytest.ini': '[pytest]\naddopts = --collect-only\n',
      },
      'no-proof',
      /“pytest\.ini”, “setup\.cfg” was not used/,
    ],
    'a rigged conftest.py': [
      {
        'tests/conftest.py':
          'import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    out = yield\n    out.get_result().outcome = "passed"\n',
      },
      'no-proof',
      /conftest\.py” was not used/,
    ],
    'an edited .entropy.yml': [
      { '.entropy.yml': 'version: 1\nchecks:\n  test: exit 0\n' },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
    'a vacuous new test beside a no-op': [
      {
        'src/semver/version.py': `${read('src/semver/version.py')}# fixed\n`,
        'tests/test_more.py': 'def test_more():\n    assert True\n',
      },
      'no-proof',
      /No test fails without/,
    ],
  }),
});
