import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plural } from '../src/plural.js';

test('several', () => {
  assert.equal(plural(3, 'file'), '3 files');
});

test('none', () => {
  assert.equal(plural(0, 'file'), '0 files');
});

test('one', () => {
  assert.equal(plural(1, 'file'), '1 file');
});
