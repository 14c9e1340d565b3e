import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsHidden, showHidden, withoutHidden } from '../../lib/domain/hidden-text.ts';
import { anyTrickyText } from './tricky-text.ts';

/** Code points that no page shows on their own, by another rule than the one under test: their numbers. */
const ranges = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
] as const;

test('every hidden character is taken out between letters, and nothing else is', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0xe1000; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const hidden = ranges.some(([from, to]) => code >= from && code <= to);
    const text = `a${String.fromCodePoint(code)}b`;
    const left = withoutHidden(text).text;
    if (left !== (hidden ? 'ab' : text)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

describe('what people write stays as it is', () => {
  test.each([
    ['emoji of several parts', '👩‍💻 👨🏽‍🚀 🏳️‍🌈 ❤️ ☎︎ 1️⃣ #️⃣ ©️'],
    ['flags', '🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['Persian', 'می‌خواهم کتاب‌ها را ببینم'],
    ['Arabic and Hebrew', 'مرحبا بالعالم، שלום עולם'],
    ['Hindi and Bengali', 'क्‍ष क्‌ष র‍্য'],
    ['accents, tabs and lines', 'naïve\tÅngström\r\nзавтра 日本'],
  ])('%s', (_, text) => {
    expect(withoutHidden(text)).toEqual({ text, count: 0 });
    expect(showHidden(text)).toBe(text);
  });
});

test('is named where it must be found, and styling for a terminal is not', () => {
  expect(showHidden('if (a\u202e) {\u2066')).toBe('if (a<U+202E>) {<U+2066>');
  expect(showHidden('x\u{e0041}\u{e0042}\u{e0043}')).toBe(
    'x<U+E0041 and 2 more hidden characters>',
  );
  expect(showHidden('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007')).toBe(
    'red <U+001B>]8;;http://x<U+0007>',
  );
  expect(showHidden('10%\r20%')).toBe('10%\n20%');
});

test('of any text nothing hidden is left, and a second time changes nothing', () => {
  fc.assert(
    fc.property(anyTrickyText, (text) => {
      const once = withoutHidden(text).text;
      expect(withoutHidden(once)).toEqual({ text: once, count: 0 });
      const shown = showHidden(text);
      expect(holdsHidden(shown)).toBe(false);
      expect(showHidden(shown)).toBe(shown);
    }),
    { numRuns: 2000 },
  );
});
