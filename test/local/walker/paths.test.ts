import { describe, expect, test } from '@jest/globals';
import {
  lookUp,
  parsePath,
  placeResult,
  readPath,
  selectPath,
} from '../../../lib/local/walker/paths.ts';

const view = {
  data: { a: { 'b-c': [1, { d: null }] }, "it's": 1, text: 'abc' },
  context: { Execution: { Name: 'r-1', Input: { x: 1 } }, State: { Name: 'S' } },
};

describe('reading', () => {
  test.each([
    ['$', view.data],
    ['$.a.b-c[0]', 1],
    ["$['a']['b-c'][1].d", null],
    ['$$.Execution.Name', 'r-1'],
    ['$$.Execution.Input.x', 1],
    ['$$.State.Name', 'S'],
  ])('%s', (path, value) => {
    expect(readPath(path, view)).toEqual(value);
  });

  test.each([
    '$.gone',
    '$.a.b-c[2]',
    '$.text.length',
    '$.text[0]',
    '$.a[0]',
    '$.toString',
    '$.__proto__',
  ])('%s is not there', (path) => {
    expect(lookUp(path, view).found).toBe(false);
    expect(() => readPath(path, view)).toThrow(
      expect.objectContaining({ error: 'States.Runtime' }),
    );
  });

  test('InputPath and OutputPath: absent is all, null is an empty object', () => {
    expect(selectPath(undefined, view)).toBe(view.data);
    expect(selectPath(null, view)).toEqual({});
    expect(selectPath('$.text', view)).toBe('abc');
  });
});

test.each([
  'a',
  '$.',
  '$..a',
  '$.a[*]',
  '$.a[-1]',
  '$.a[0:2]',
  '$[?(@.a==1)]',
  '$ .a',
  '$.a b',
  "$['a",
])('the path %s is refused', (path) => {
  expect(() => parsePath(path)).toThrow(/not supported/);
});

test.each([
  '$$',
  '$$.Execution',
  '$$.Execution.StartTime',
  '$$.Execution.Id',
  '$$.State.EnteredTime',
  '$$.StateMachine.Id',
  '$$.Task.Token',
])('the context path %s is refused: it would differ on the next walk', (path) => {
  expect(() => parsePath(path)).toThrow(/read the same value/);
});

describe('ResultPath', () => {
  const input = { keep: 1, in: { keep: 2 } };
  test.each([
    [undefined, 'R'],
    ['$', 'R'],
    [null, input],
    ['$.new', { ...input, new: 'R' }],
    ['$.in.new', { keep: 1, in: { keep: 2, new: 'R' } }],
    ['$.made.on.the.way', { ...input, made: { on: { the: { way: 'R' } } } }],
    ["$['in']", { keep: 1, in: 'R' }],
  ])('%s', (path, output) => {
    expect(placeResult(path, input, 'R')).toEqual(output);
    expect(input).toEqual({ keep: 1, in: { keep: 2 } });
  });

  test.each([['text'], [[1]], [null], [{ a: 'text' }]])('does not fit into %j', (odd) => {
    expect(() => placeResult('$.a.b', odd, 'R')).toThrow(
      expect.objectContaining({ error: 'States.ResultPathMatchFailure' }),
    );
  });

  test('a member with the name of the prototype is an ordinary member', () => {
    const output = placeResult('$.__proto__.x', {}, 'R') as object;
    expect(JSON.stringify(output)).toBe('{"__proto__":{"x":"R"}}');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});
