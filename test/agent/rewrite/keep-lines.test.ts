import { expect, test } from '@jest/globals';
import { withOldLines } from '../../../lib/agent/rewrite/keep-lines.ts';

const old = 'head\n\ncheck a\ncheck b\n\necho end\n';

test.each([
  [
    'the end',
    'head\n\ncheck a\ncheck b\ncheck c\n',
    'head\n\ncheck a\ncheck b\ncheck c\n\necho end\n',
  ],
  [
    'the head',
    'check a\ncheck b\ncheck c\n\necho end\n',
    'head\n\ncheck a\ncheck b\ncheck c\n\necho end\n',
  ],
])('what a rewrite lost at %s is in it again', (_name, text, merged) => {
  expect(withOldLines(old, text)).toBe(merged);
});

test('a rewrite that only adds is left as it is', () => {
  expect(withOldLines(old, old.replace('check b\n', 'check b\ncheck c\n'))).toBeUndefined();
});
