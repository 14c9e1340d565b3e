import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinWords } from '../src/join.js';

test('hidden', () => {
  assert.equal(joinWords(['a', 'b'], '_'), 'a_b');
  assert.equal(joinWords(['a', '', 'b', 'c'], ' / '), 'a / b / c');
  assert.equal(joinWords(['a', 'b'], ''), 'ab');
  assert.equal(joinWords(['a', 'b']), 'a-b');
  assert.equal(joinWords([], '+'), '');
});
