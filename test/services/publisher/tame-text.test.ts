import { describe, expect, test } from '@jest/globals';
import {
  code,
  quote,
  tame,
  tameLine,
  tameMessage,
} from '../../../lib/services/publisher/tame-text.ts';

describe('tame', () => {
  test.each([
    ['ask @octo-cat', 'ask @ octo-cat'],
    ['_@octo_ **@octo** \\@octo (@octo)', '_@ octo_ **@ octo** \\@ octo (@ octo)'],
    ['mail a@b.example', 'mail a@b.example'],
    ['&#64;octo &commat;octo', '& #64;octo & commat;octo'],
    ['Fixes #3, closes: octo/calc#4', 'Fixes issue #3, closes issue: octo/calc# 4'],
    [
      '_fixes #3_ **Closes**: GH-4 RESOLVED gh-5',
      '_fixes issue #3_ **Closes issue**: GH-4 RESOLVED issue gh-5',
    ],
    [
      'fixes [the bug](https://h.example/o/n/issues/3)',
      'fixes issue [the bug] (https: //h.example/o/n/issues/3)',
    ],
    ['Fixes the parser; [docs](x.md)', 'Fixes the parser; [docs] (x.md)'],
    ['prefixes #3, a fixture #4', 'prefixes #3, a fixture #4'],
    ['fi\u200bxes #3, fix<!-- -->es #4', 'fixes issue #3, fixes issue #4'],
    ['linux/kernel#1 and #2', 'linux/kernel# 1 and #2'],
    [
      '[see](//x.example/?q=1) www.x.example ftp://x',
      '[see] (// x.example/?q=1) www .x.example ftp: //x',
    ],
    ['[a][b]\n[b]: //x.example', '[a][b]\n[b] : // x.example'],
    ['- [x]: //x.example', '- [x] : // x.example'],
    ['> 1. [x]:y.md', '> 1. [x] :y.md'],
    ['[a\\]b]: //x.example', '[a\\]b] : // x.example'],
    ['[a\nb]:\n//[::1]/x', '[a\nb] :\n// [::1]/x'],
    ['a//b, // a note, file:///x', 'a//b, // a note, file:///x'],
    ['<https://x.example/?d=1>', '< https: //x.example/?d=1>'],
    ['the `--flag` of https://x.example', 'the `--flag` of https: //x.example'],
    ['resolved **#3**', 'resolved issue **#3**'],
    ['close\nhttps://github.com/o/n/issues/3', 'close issue\nhttps: //github.com/o/n/issues/3'],
    ['see #3', 'see #3'],
    ['![pixel](http://x.example/p.png)', '! [pixel] (http: //x.example/p.png)'],
    ['<img src=x> a < b </p> List<String>', '< img src=x> a < b < /p> List< String>'],
    ['a <!-- entropy:x --> b', 'a  b'],
    ['a <!-- never closed', 'a'],
    ['<!<!-- x -->-- y -->', '< !-- y -->'],
    ['<<!<!-- -->--!--x', '<< !--!--x'],
    ['zero\u200bwidth \u202ebidi \u{e0041}tag', 'zerowidth bidi tag'],
    ['👩‍💻 ❤️ می‌خواهم', '👩‍💻 ❤️ می‌خواهم'],
    ['a\u{e0100}\u{e01ef}b\u3164', 'ab'],
    ['/approve\n/LGTM', ' /approve\n /LGTM'],
    ['a\r\nb\u0007', 'a\nb'],
  ])('%j becomes %j', (text, tamed) => {
    expect(tame(text)).toBe(tamed);
  });

  test('leaves fenced code as it is but for closing words, and closes a fence that is open', () => {
    const fenced = 'Run:\n```js\n@dec <b> ![x] fixes #3\n```\nthen @octo';
    expect(tame(fenced)).toBe('Run:\n```js\n@dec <b> ![x] fixes issue #3\n```\nthen @ octo');
    expect(tame('```\n@x')).toBe('```\n@x\n```');
    expect(tame('~~~~\n```\n~~~\n@x\n~~~~\n@x')).toBe('~~~~\n```\n~~~\n@x\n~~~~\n@ x');
  });

  test('a fence that GitHub may read otherwise is none', () => {
    expect(tame('- ```\n  @x\n```\n@y\n```')).toBe('- ``\n  @ x\n```\n@y\n```');
    expect(tame('a\n  ```\n@x\n  ```\n@y')).toBe('a\n  ``\n@ x\n  ``\n@ y');
    expect(tame('``` a`b\n@x')).toBe('`` a`b\n@ x');
  });

  test('hides no mark in code either', () => {
    expect(tame('```\n<!-- entropy:r/comment/receipt -->\n```')).toBe('```\n\n```');
  });

  test('holds no credential, however it is parted', () => {
    const token = `${'ghp'}_${'a1'.repeat(18)}`;
    const parted = [token, `${token.slice(0, 9)}\u200b${token.slice(9)}`];
    for (const text of [...parted, `${token.slice(0, 9)}<!-- -->${token.slice(9)}`]) {
      expect(tame(`see ${text}!`)).toBe('see [redacted]!');
      expect(tameMessage(`\`\`\`\n${text}\n\`\`\``)).toContain('[redacted]');
    }
    expect(code(`a ${token}`)).toBe('`a [redacted]`');
    // What is cut off is looked at before it is.
    expect(tame(token, 20)).toBe('[redacted]');
  });

  test('is cut at its limit', () => {
    expect(tame('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(tame(`${'x'.repeat(8)}😀y`, 10)).toBe(`${'x'.repeat(8)}…`);
  });
});

test('a line is one line', () => {
  expect(tameLine('a\n\n# b\n```\n@c')).toBe('a # b @ c');
});

test('a quotation holds its headings', () => {
  expect(quote('a\n\n# b')).toBe('> a\n>\n> # b');
});

test('code can not be left', () => {
  expect(code('a `@b` | c\n# d')).toBe('`a @b \\| c # d`');
  expect(code('')).toBe('` `');
});

describe("a commit's message", () => {
  test('obeys nothing in code either', () => {
    expect(tameMessage('```\n@octo fixes #3, https://x.example\n```')).toBe(
      '```\n@ octo fixes issue #3, https: //x.example\n```',
    );
  });

  test.each([
    ['[skip ci]', '(skip ci)'],
    ['[ci skip] [no ci]', '(ci skip) (no ci)'],
    ['skip-checks: true', 'skip checks: true'],
    ['Signed-off-by: Ada', 'Signed-off-by - Ada'],
    ['words Co-authored-by : Ada', 'words Co-authored-by - Ada'],
    ['Entropy-Evidence: good', 'Entropy-Evidence - good'],
    ['by: hand', 'by: hand'],
  ])('%j becomes %j', (text, tamed) => {
    expect(tameMessage(text)).toBe(tamed);
    expect(tameLine(text)).toBe(tamed);
  });
});
