import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinWords } from '../src/join.js';

test('joins with a dash', () => {
  assert.equal(joinWords(['a', 'b', 'c']), 'a-b-c');
});

test('leaves out empty words', () => {
  assert.equal(joinWords(['a', '', 'b']), 'a-b');
});
