import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from '../src/duration.js';

test('seconds alone', () => {
  assert.equal(formatDuration(0), '0s');
  assert.equal(formatDuration(42), '42s');
});

test('minutes and seconds', () => {
  assert.equal(formatDuration(75), '1m 15s');
});
