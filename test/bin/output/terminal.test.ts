import { describe, expect, test } from '@jest/globals';
import { duration, printable } from '../../../bin/output/terminal.ts';

describe('printable', () => {
  test('stored text can move no cursor, set no title and ring no bell', () => {
    const hostile = 'a\u001b]0;title\u0007b\u001b[2Jc\u009b31md\re\u0000f\u007fg';
    expect(printable(hostile)).toBe('a]0;titleb[2Jc31mdefg');
  });

  test('lines, tabs and all languages stay', () => {
    expect(printable('eins\n\tzwei — 三 🙂')).toBe('eins\n\tzwei — 三 🙂');
  });
});

test.each([
  [0, '0.0 s'],
  [59_949, '59.9 s'],
  [60_000, '1 m 0 s'],
  [119_999, '1 m 59 s'],
  [3_725_000, '62 m 5 s'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
