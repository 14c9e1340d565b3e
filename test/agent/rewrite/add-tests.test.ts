import { expect, test } from '@jest/globals';
import { withAdded } from '../../../lib/agent/rewrite/add-tests.ts';

const shell = `. ./src/words.sh

check() {
  echo "ok - $1"
}

check "one word" 1
check "two words" 2

exit $failed
`;

test('lines like the last test go after it, before what the file ends with', () => {
  expect(withAdded(shell, 'check "none" 0\ncheck "spaces" 2\n')).toBe(
    shell.replace('"two words" 2\n', '"two words" 2\ncheck "none" 0\ncheck "spaces" 2\n'),
  );
});

test('a method goes into the class, at the depth of its like', () => {
  const old = `import unittest


class TestNames(unittest.TestCase):
    def test_two(self):
        self.assertEqual(1, 1)


if __name__ == "__main__":
    unittest.main()
`;
  const part = 'def test_three(self):\n    self.assertEqual(2, 2)\n';
  expect(withAdded(old, part)).toBe(
    old.replace(
      '        self.assertEqual(1, 1)\n',
      '        self.assertEqual(1, 1)\n\n    def test_three(self):\n        self.assertEqual(2, 2)\n',
    ),
  );
});

test('a test of several lines ends with the bracket that closes it', () => {
  const old = `import test from 'node:test';

test('one', () => {
  same(1);
});
`;
  const part = "test('two', () => {\n  same(2);\n});\n";
  expect(withAdded(old, part)).toBe(`${old}\n${part}`);
});

test('a whole file, nothing, and what begins like no line are not placed', () => {
  expect(withAdded(shell, shell.replace('exit', 'check "none" 0\nexit'))).toBeUndefined();
  expect(withAdded(shell, '\n')).toBeUndefined();
  expect(withAdded(shell, 'assert "none" 0')).toBeUndefined();
});
