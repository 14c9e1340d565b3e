import { sample } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'sums/__init__.py';
const checks = 'tests/sums_checks.py';
const tests = `from sums import add, twice

def test_adds():
    assert add(1, 2) == 3

def test_doubles():
    assert twice(2) == 4
`;

// setuptools refuses to install it: two packages stand side by side.
showsTheRule({
  name: 'what tox runs, in an application that it does not install',
  fetch: sample({
    'tox.ini':
      '[tox]\nskipsdist = true\n[testenv]\ndeps = pytest\ncommands = python -m pytest {posargs:tests/sums_checks.py}\n',
    'pyproject.toml': '[project]\nname = "sums"\nversion = "1.0"\n',
    [file]: 'def add(a, b):\n    return a + b\n\ndef twice(a):\n    return a * 2\n',
    'more/__init__.py': '',
    [checks]: tests,
  }),
  file,
  right: 'a + b',
  wrong: 'a - b',
  proof: `${checks} > test_adds`,
  wrongs: (read) => ({
    'a no-op with another tox.ini': [
      { [file]: `${read(file)}# mended\n`, 'tox.ini': '[testenv]\ncommands = true\n' },
      'no-proof',
      /tox\.ini” was not used/,
    ],
    'the failing test deleted': [
      { [checks]: tests.replace('def test_adds', 'def adds') },
      'test-gone',
      /test_adds/,
    ],
  }),
});
