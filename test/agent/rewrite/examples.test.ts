import { expect, test } from '@jest/globals';
import { examplesIn } from '../../../lib/agent/rewrite/examples.ts';

test('sentences with code, and blocks of code, come word for word', () => {
  const body = [
    '`words "a  b"` prints 3;',
    'it should print 2. Please mend this. Spaces do not count.',
    '',
    '    words(1)  // 2',
    '    words(2)  // 3',
    '',
    '- `words("")` is 1',
    '- nothing exact',
    '',
    '```',
    'Error: no',
    '```',
  ].join('\n');
  expect(examplesIn(body)).toEqual([
    '`words "a  b"` prints 3; it should print 2.',
    'words(1)  // 2\nwords(2)  // 3',
    '- `words("")` is 1',
    'Error: no',
  ]);
});

test('they are bounded', () => {
  const many = Array.from({ length: 50 }, (_, n) => `f(${n}) is wrong.`).join('\n\n');
  expect(examplesIn(many)).toHaveLength(12);
  expect(examplesIn(`f(1) ${'x'.repeat(500)}`)).toEqual([]);
});
