import { expect, test } from '@jest/globals';
import { jsonIn } from '../../lib/agent/json-answer.ts';

test.each([
  ['alone', '{"a":"}"}'],
  ['in a fenced block', 'Sure!\n```json\n{"a":"}"}\n```\nDone.'],
  ['after a brace in prose', 'The set {x} and { y; the answer: {"a":"}"}'],
])('an object is found %s', (_name, reply) => {
  expect(jsonIn(reply)).toEqual({ a: '}' });
});

test.each(['', 'no', '{"a":', '[1]', '{a}'])('%j holds none', (reply) => {
  expect(jsonIn(reply)).toBeUndefined();
});
