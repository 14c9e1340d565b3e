import { expect, test } from '@jest/globals';
import { spliced } from '../../../lib/agent/rewrite/splice.ts';

const js = `import { x } from './x.js';

/** One. */
export function one(a) {
  if (a) {
    return 1;
  }
  return 2;
}

export const two = (b) => b;

class Three {
  four(
    c,
  ) {
    return c;
  }
}
`;
const py = `import re


def one(a):
    if a:
        return 1

    return 2


class Two:
    def three(self):
        return 3
`;

test('a function alone takes the place of its own in the file', () => {
  const part = 'export function one(a) {\n  return 7;\n}\n';
  expect(spliced(js, part)).toBe(js.replace(/ {2}if[\s\S]*?return 2;\n/, '  return 7;\n'));
  expect(spliced(js, 'export const two = (b) => b + 1;\n')).toBe(js.replace('=> b', '=> b + 1'));
  expect(spliced(py, 'def one(a):\n    return 7\n')).toBe(
    py.replace(/ {4}if a[\s\S]*?return 2\n/, '    return 7\n'),
  );
});

test('a method is put at its own depth', () => {
  expect(spliced(py, 'def three(self):\n    return 4\n')).toBe(py.replace('return 3', 'return 4'));
});

test('shell and Go are known too', () => {
  const sh = 'one() {\n  echo 1\n}\n\ntwo() {\n  echo 2\n}\n';
  expect(spliced(sh, 'two() {\n  echo 3\n}\n')).toBe(sh.replace('echo 2', 'echo 3'));
  const go =
    'package a\n\nfunc One() int {\n\treturn 1\n}\n\nfunc (t T) Two() int {\n\treturn 2\n}\n';
  expect(spliced(go, 'func One() int {\n\treturn 5\n}\n')).toBe(go.replace('return 1', 'return 5'));
});

test.each([
  ['a whole file', js.replace('return 2', 'return 3')],
  ['a function that the file does not have', 'function other() {\n  return 1;\n}\n'],
  ['statements', "import { x } from './x.js';\nfoo();\nexport function one() {\n}\n"],
  ['nothing', ''],
])('%s is no part', (_name, part) => {
  expect(spliced(js, part)).toBeUndefined();
});
