import { describe, expect, test } from '@jest/globals';
import { compileCondition } from '../../../lib/local/walker/choice.ts';

const view = {
  data: { s: 'b', n: 2, m: 3, yes: true, none: null, other: 'b' },
  context: { Execution: { Name: 'b' } },
};
const holds = (condition: object) => compileCondition(condition as Record<string, unknown>)(view);

describe('comparisons', () => {
  test.each([
    ['$.s', 'StringEquals', 'b', true],
    ['$.s', 'StringLessThan', 'c', true],
    ['$.s', 'StringGreaterThanEquals', 'c', false],
    ['$.s', 'StringEqualsPath', '$.other', true],
    ['$.s', 'StringEqualsPath', '$$.Execution.Name', true],
    ['$.n', 'NumericEquals', 2, true],
    ['$.n', 'NumericLessThan', 2, false],
    ['$.n', 'NumericLessThanEquals', 2, true],
    ['$.n', 'NumericGreaterThan', 1, true],
    ['$.n', 'NumericLessThanPath', '$.m', true],
    ['$.yes', 'BooleanEquals', false, false],
    ['$.yes', 'BooleanEqualsPath', '$.yes', true],
    ['$.n', 'StringEquals', '2', false],
    ['$.s', 'NumericLessThan', 9, false],
    ['$.none', 'BooleanEquals', false, false],
    ['$.n', 'NumericEqualsPath', '$.s', false],
    ['$.none', 'IsNull', true, true],
    ['$.s', 'IsString', true, true],
    ['$.s', 'IsNumeric', false, true],
    ['$.yes', 'IsBoolean', true, true],
    ['$.gone', 'IsPresent', false, true],
    ['$.none', 'IsPresent', true, true],
  ])('%s %s %j: %s', (Variable, operator, operand, expected) => {
    expect(holds({ Variable, [operator]: operand })).toBe(expected);
  });
});

test('And and Or stop as soon as they know', () => {
  const gone = { Variable: '$.gone', StringEquals: 'a' };
  expect(holds({ And: [{ Variable: '$.gone', IsPresent: true }, gone] })).toBe(false);
  expect(holds({ Or: [{ Variable: '$.s', IsPresent: true }, gone] })).toBe(true);
  expect(holds({ Not: { And: [{ Variable: '$.s', StringEquals: 'b' }] } })).toBe(false);
});

test.each([
  { Variable: '$.gone', StringEquals: 'a' },
  { Variable: '$.gone', IsNull: true },
  { Variable: '$.s', StringEqualsPath: '$.gone' },
])('a member that is not there ends the run: %j', (condition) => {
  expect(() => holds(condition)).toThrow(expect.objectContaining({ error: 'States.Runtime' }));
});

test.each([
  [{ Variable: '$.s' }, /one operator/],
  [{ Variable: '$.s', StringEquals: 'a', IsNull: true }, /one operator/],
  [{ StringEquals: 'a' }, /needs a Variable/],
  [{ Variable: '$.s', StringEquals: 1 }, /takes a string/],
  [{ Variable: '$.s', IsPresent: 'yes' }, /true or false/],
  [{ Variable: '$.s', StringEqualsPath: 1 }, /takes a path/],
  [
    { Variable: '$.s', TimestampEquals: '2026-01-01T00:00:00Z' },
    /TimestampEquals is not supported/,
  ],
  [{ Variable: '$.s', StringMatches: 'a*' }, /StringMatches is not supported/],
  [{ And: [] }, /needs a list/],
  [{ Not: [{ Variable: '$.s', IsNull: true }] }, /is an object/],
  [{ Or: [{ Variable: '$.s', IsNull: true, Next: 'A' }] }, /without Next/],
])('%j is refused', (condition, message) => {
  expect(() => compileCondition(condition as Record<string, unknown>)).toThrow(message);
});
