import { describe, expect, test } from '@jest/globals';
import { code, quote, tame, tameLine } from '../../../lib/services/publisher/tame-text.ts';

describe('tame', () => {
  test.each([
    ['ask @octo-cat', 'ask @ octo-cat'],
    ['_@octo_ **@octo** \\@octo (@octo)', '_@ octo_ **@ octo** \\@ octo (@ octo)'],
    ['mail a@b.example', 'mail a@b.example'],
    ['&#64;octo &commat;octo', '& #64;octo & commat;octo'],
    ['Fixes #3, closes: octo/calc#4', 'Fixes issue #3, closes issue: octo/calc#4'],
    ['resolved **#3**', 'resolved issue **#3**'],
    ['close\nhttps://github.com/o/n/issues/3', 'close issue\nhttps://github.com/o/n/issues/3'],
    ['see #3', 'see #3'],
    ['![pixel](http://x.example/p.png)', '! [pixel](http://x.example/p.png)'],
    ['<img src=x> a < b </p> List<String>', '< img src=x> a < b < /p> List< String>'],
    ['a <!-- entropy:x --> b', 'a  b'],
    ['a <!-- never closed', 'a'],
    ['<!<!-- x -->-- y -->', '< !-- y -->'],
    ['<<!<!-- -->--!--x', '<< !--!--x'],
    ['zero\u200bwidth \u202ebidi \u{e0041}tag', 'zerowidth bidi tag'],
    ['/approve\n/LGTM', ' /approve\n /LGTM'],
    ['a\r\nb\u0007', 'a\nb'],
  ])('%j becomes %j', (text, tamed) => {
    expect(tame(text)).toBe(tamed);
  });

  test('leaves fenced code as it is, and closes a fence that is open', () => {
    const fenced = 'Run:\n```js\n@dec <b> ![x] fixes #3\n```\nthen @octo';
    expect(tame(fenced)).toBe('Run:\n```js\n@dec <b> ![x] fixes #3\n```\nthen @ octo');
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
