import { expect, test } from '@jest/globals';
import { fileBlocks } from '../../../lib/agent/rewrite/file-blocks.ts';

const known = ['src/a.js', 'test/a.test.js'];
const one = { path: 'src/a.js', text: 'export const a = 1;\n' };

test.each([
  ['the opening line', '```js src/a.js\nexport const a = 1;\n```'],
  ['the opening line alone', '```src/a.js\nexport const a = 1;\n```'],
  ['the opening line with a colon', '```js:src/a.js\nexport const a = 1;\n```'],
  ['a title', '```js title="src/a.js"\nexport const a = 1;\n```'],
  ['a path from here', '```js ./src/a.js\nexport const a = 1;\n```'],
  ['a heading before it', '### `src/a.js`\n\n```js\nexport const a = 1;\n```'],
  ['prose before it', 'Here is the new src/a.js:\n```js\nexport const a = 1;\n```'],
  ['a comment in it', '```js\n// src/a.js\nexport const a = 1;\n```'],
  ['tildes', '~~~js src/a.js\nexport const a = 1;\n~~~\nThat is all.'],
  ['line ends of Windows', '```js src/a.js\r\nexport const a = 1;\r\n```\r\n'],
])("a block's path is found in %s", (_name, reply) => {
  expect(fileBlocks(reply, known)).toEqual([one]);
});

test('a block that names no path has none, and one that is never closed is left out', () => {
  const reply = '```js\nlet x;\n```\nand\n```js src/a.js\nexport const';
  expect(fileBlocks(reply, known)).toEqual([{ path: undefined, text: 'let x;\n' }]);
});

test('several blocks come in order, new files with them', () => {
  const reply = '```js src/a.js\n1\n```\n```js src/new/b.js\n2\n```\n```sh\nnpm test\n```';
  expect(fileBlocks(reply, known).map((block) => block.path)).toEqual([
    'src/a.js',
    'src/new/b.js',
    undefined,
  ]);
});

test('a longer fence holds shorter ones', () => {
  const reply = '````md README.md\n```sh\nls\n```\n````';
  expect(fileBlocks(reply, [])).toEqual([{ path: 'README.md', text: '```sh\nls\n```\n' }]);
});
