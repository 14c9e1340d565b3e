import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plural } from '../src/plural.js';

test('hidden', () => {
  assert.equal(plural(1, 'test'), '1 test');
  assert.equal(plural(2, 'test'), '2 tests');
  assert.equal(plural(0, 'test'), '0 tests');
  assert.equal(plural(11, 'test'), '11 tests');
  assert.equal(plural(1.5, 'hour'), '1.5 hours');
});
