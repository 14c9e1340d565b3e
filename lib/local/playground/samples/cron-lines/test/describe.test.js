import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeLine, parseLine } from '../src/index.js';

const cases = {
  '* * * * *': 'every minute',
  '0,30 * * * *': 'at minute 0, 30 of every hour',
  '30 4 1,15 * mon-fri': 'at 04:30 on day 1, 15 or on mon, tue, wed, thu, fri',
  '0 0 1 1 *': 'at 00:00 on day 1 in jan',
  '*/5 9-17 * * *': '108 times a day',
};

for (const [text, words] of Object.entries(cases)) {
  it(`describes ${text}`, () => {
    assert.equal(describeLine(parseLine(text)), words);
  });
}
