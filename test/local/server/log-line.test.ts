import { expect, test } from '@jest/globals';
import { lineLog } from '../../../lib/local/server/log-line.ts';

const written = (json: boolean, ...messages: string[]) => {
  let text = '';
  const log = lineLog(
    (more) => {
      text += more;
    },
    { json, now: () => 0 },
  );
  for (const message of messages) log(message);
  return text;
};
const id = `r-${'0a'.repeat(10)}`;

test('a message is one line, whatever is in it', () => {
  expect(written(false, 'a', 'b\n  c\u001b[31m\u0007')).toBe(
    '1970-01-01T00:00:00.000Z a\n1970-01-01T00:00:00.000Z b | c [31m \n',
  );
});

test('as JSON it has its time, and the run it is about', () => {
  const lines = written(true, `${id}: "done"`, 'x').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: '1970-01-01T00:00:00.000Z', message: `${id}: "done"`, run: id },
    { time: '1970-01-01T00:00:00.000Z', message: 'x' },
  ]);
});
