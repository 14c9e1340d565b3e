import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from '../src/duration.js';

test('hidden', () => {
  assert.equal(formatDuration(3661), '1h 1m 1s');
  assert.equal(formatDuration(3600), '1h');
  assert.equal(formatDuration(7325), '2h 2m 5s');
  assert.equal(formatDuration(59), '59s');
  assert.equal(formatDuration(600), '10m');
  assert.equal(formatDuration(90061), '25h 1m 1s');
});
