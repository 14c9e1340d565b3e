import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CronSyntaxError, parseLine } from '../src/index.js';

describe('parseLine', () => {
  it('reads values, ranges, lists and steps', () => {
    const line = parseLine('*/20 8-18/5 1,15 jan-mar mon');
    assert.deepEqual(line.minute.values, [0, 20, 40]);
    assert.deepEqual(line.hour.values, [8, 13, 18]);
    assert.deepEqual(line.dayOfMonth.values, [1, 15]);
    assert.deepEqual(line.month.values, [1, 2, 3]);
    assert.deepEqual(line.dayOfWeek.values, [1]);
  });

  it('keeps the command as it is written', () => {
    assert.equal(parseLine('0 0 * * *   echo "a  b"').command, 'echo "a  b"');
    assert.equal(parseLine('0 0 * * *').command, '');
  });

  it('takes 0 and 7 for Sunday', () => {
    assert.deepEqual(parseLine('0 0 * * 7').dayOfWeek.values, [0]);
    assert.deepEqual(parseLine('0 0 * * 5-7').dayOfWeek.values, [0, 5, 6]);
  });

  it('runs a stepped value to the end of its field', () => {
    assert.deepEqual(parseLine('5/15 * * * *').minute.values, [5, 20, 35, 50]);
  });

  it('knows the macros', () => {
    const line = parseLine('@weekly /bin/rotate logs');
    assert.deepEqual(line.dayOfWeek.values, [0]);
    assert.equal(line.command, '/bin/rotate logs');
  });

  for (const text of ['', '* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', '@often', '* * * foo *']) {
    it(`refuses "${text}"`, () => {
      assert.throws(() => parseLine(text), CronSyntaxError);
    });
  }
});
