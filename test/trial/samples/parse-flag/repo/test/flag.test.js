import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlag } from '../src/flag.js';

test('on', () => {
  assert.equal(parseFlag('true'), true);
  assert.equal(parseFlag('1'), true);
});

test('off', () => {
  assert.equal(parseFlag('false'), false);
  assert.equal(parseFlag(''), false);
});
