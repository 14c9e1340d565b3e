import { describe, expect, test } from '@jest/globals';
import type { Rule } from '../../lib/domain/verdict.ts';
import { type Files, repositoryOf, type VerifyOptions } from '../agent/verify-repository.ts';

const calc = 'def add(a, b):\n    return a - b\n\n\ndef twice(a):\n    return a * 2\n';
const touched = { 'calc.py': `${calc}#\n` };
const withUnittest: Files = {
  'calc.py': calc,
  'test_calc.py':
    'import unittest\nfrom calc import add, twice\n\n\nclass T(unittest.TestCase):\n    def test_twice(self):\n        self.assertEqual(twice(2), 4)\n\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n',
};
const withPytest: Files = {
  'calc.py': calc,
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'tests/test_calc.py':
    'from calc import add, twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
};
const forge = (file: string, first: string) => `import json, os
d = os.environ.get('ENTROPY_RESULTS', '.')
with open(os.path.join(d, 'python-1.jsonl'), 'a') as f:
    for n in ('test_twice', 'test_add'):
        f.write(json.dumps({'file': '${file}', 'names': [${first}n], 'status': 'passed'}) + chr(10))
`;
const forgeUnittest = forge('test_calc.py', "'T', ");
const forgePytest = forge('tests/test_calc.py', '');
const plugin = 'def pytest_pyfunc_call(pyfuncitem):\n    return True\n';

const goBad =
  'package calc\n\nfunc Add(a, b int) int { return a - b }\n\nfunc Twice(a int) int { return a * 2 }\n';
const goFiles: Files = {
  'go.mod': 'module example.org/calc\n\ngo 1.21\n',
  'calc.go': goBad,
  'calc_test.go':
    'package calc\n\nimport "testing"\n\nfunc TestTwice(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fatal("no")\n\t}\n}\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("no")\n\t}\n}\n',
};
const goForge = `package calc

import (
	"fmt"
	"os"
	"strings"
)

func init() {
	for _, a := range os.Args {
		if strings.HasPrefix(a, "-test.") {
			for _, n := range []string{"TestTwice", "TestAdd"} {
				fmt.Printf("=== RUN   %s\\n--- PASS: %s (0.00s)\\n", n, n)
			}
			fmt.Println("PASS")
			os.Exit(0)
		}
	}
}
`;
const makefile = 'RUN = sh ./check.sh\n\ntest: unit\n\nunit:\n\t@$(RUN)\n';

type Case = [string, Files, Files, Rule, RegExp, VerifyOptions?];
const cases: Case[] = [
  [
    'a package unittest',
    withUnittest,
    { ...touched, 'unittest/__init__.py': '', 'unittest/__main__.py': forgeUnittest },
    'no-proof',
    /“unittest\/__init__\.py”, “unittest\/__main__\.py” was not used/,
  ],
  [
    'a package unittest in src',
    withUnittest,
    { ...touched, 'src/unittest/__init__.py': '', 'src/unittest/__main__.py': forgeUnittest },
    'no-proof',
    /src\/unittest/,
  ],
  [
    'a package pytest',
    withPytest,
    { ...touched, 'pytest/__init__.py': '', 'pytest/__main__.py': forgePytest },
    'no-proof',
    /pytest\/__main__\.py/,
  ],
  [
    'a module that pytest loads',
    withPytest,
    { ...touched, 'pluggy.py': 'raise SystemExit(0)\n', 'argparse.py': 'raise SystemExit(0)\n' },
    'no-proof',
    /“argparse\.py”, “pluggy\.py” was not used/,
  ],
  [
    'an installed plugin of its own',
    withPytest,
    {
      ...touched,
      'evil.py': plugin,
      'evil-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n',
      'evil-1.0.dist-info/entry_points.txt': '[pytest11]\nevil = evil\n',
    },
    'no-proof',
    /dist-info\/entry_points\.txt/,
  ],
  [
    'a script of a Makefile, the tests green before',
    {
      Makefile: makefile,
      'check.sh': 'sh tests/run.sh\n',
      'tests/run.sh': 'true\n',
      'src.txt': 'bad\n',
    },
    { 'check.sh': 'test -e marker\n', marker: '', 'tests/run.sh': 'true\n' },
    'no-proof',
    /gives no results per test/,
  ],
  [
    'a file that a Makefile includes',
    {
      Makefile: 'include build/rules.inc\n\ntest: unit\n',
      'build/rules.inc': 'unit:\n\tgrep -q . src.txt\n',
      'src.txt': 'x\n',
    },
    { 'build/rules.inc': 'unit:\n\ttest -e marker\n', marker: '' },
    'no-proof',
    /gives no results per test/,
  ],
  [
    'Python source that writes the results and ends the process',
    withUnittest,
    { 'calc.py': `${calc}\n\n${forgeUnittest}\nos._exit(0)\n` },
    'run-doubtful',
    /results are there that none wrote/,
  ],
  [
    'Go source that prints the results and ends the process',
    goFiles,
    { 'init.go': goForge },
    'run-doubtful',
    /the program ended before its tests/,
  ],
];

describe('a change that would pass for mended without mending anything', () => {
  test.each(cases)('%s', async (_name, base, files, rule, said, options = {}) => {
    const repository = repositoryOf(base);
    const { judgement } = await repository.verify(files, options);
    expect(judgement).toMatchObject({ verdict: 'bad', rule });
    expect(judgement.detail).toMatch(said);
  });
});
