import { expect, test } from '@jest/globals';
import { saysItCloses } from '../../lib/github/closing-words.ts';

test.each([
  ['Closes #7', true],
  ['this FIXES: #7.', true],
  ['resolved octo/calc#7', true],
  ['close https://github.example/octo/calc/issues/7', true],
  ['Fixes #71', false],
  ['Fixes other/calc#7', false],
  ['hotfix #7', false],
  ['prefix-fix #7', false],
  ['see #7', false],
  ['Closes\n#7', true],
])('%j: %s', (text, says) => {
  expect(saysItCloses(text, 'octo/calc', 7)).toBe(says);
});
