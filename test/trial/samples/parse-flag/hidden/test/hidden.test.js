import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlag } from '../src/flag.js';

test('hidden', () => {
  assert.equal(parseFlag('TRUE'), true);
  assert.equal(parseFlag('Yes'), true);
  assert.equal(parseFlag(' on '), true);
  assert.equal(parseFlag('oN\n'), true);
  assert.equal(parseFlag('No'), false);
  assert.equal(parseFlag('  '), false);
  assert.equal(parseFlag('y e s'), false);
});
