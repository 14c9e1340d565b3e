import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextRun, nextRuns, parseLine } from '../src/index.js';

const next = (text, after) => nextRun(parseLine(text), new Date(after))?.toISOString() ?? null;

describe('nextRun', () => {
  it('is after the given time, never at it', () => {
    assert.equal(next('0 12 * * *', '2026-03-10T12:00:00Z'), '2026-03-11T12:00:00.000Z');
    assert.equal(next('0 12 * * *', '2026-03-10T11:59:59Z'), '2026-03-10T12:00:00.000Z');
  });

  it('goes over the end of hours, days and years', () => {
    assert.equal(next('*/15 * * * *', '2026-03-10T10:50:00Z'), '2026-03-10T11:00:00.000Z');
    assert.equal(next('5 0 * * *', '2026-12-31T23:00:00Z'), '2027-01-01T00:05:00.000Z');
  });

  it('finds the month', () => {
    assert.equal(next('0 9 1 6 *', '2026-03-10T12:00:00Z'), '2026-06-01T09:00:00.000Z');
    assert.equal(next('0 9 1 2 *', '2026-03-10T12:00:00Z'), '2027-02-01T09:00:00.000Z');
  });

  it('takes either day field where both are restricted', () => {
    assert.equal(next('0 0 13 * fri', '2026-03-09T00:00:00Z'), '2026-03-13T00:00:00.000Z');
    assert.equal(next('0 0 20 * mon', '2026-03-10T00:00:00Z'), '2026-03-16T00:00:00.000Z');
  });

  it('waits for a leap day', () => {
    assert.equal(next('0 0 29 2 *', '2026-03-10T00:00:00Z'), '2028-02-29T00:00:00.000Z');
  });

  it('gives null for a day that does not exist', () => {
    assert.equal(next('0 0 30 2 *', '2026-03-10T00:00:00Z'), null);
  });
});

describe('nextRuns', () => {
  it('lists several runs', () => {
    const runs = nextRuns(parseLine('0 0 1 1,7 *'), new Date('2026-03-10T00:00:00Z'), 3);
    assert.deepEqual(
      runs.map((run) => run.toISOString().slice(0, 10)),
      ['2026-07-01', '2027-01-01', '2027-07-01'],
    );
  });
});
