import { describe, expect, test } from '@jest/globals';
import { checkTemplate, fillTemplate } from '../../../lib/local/walker/template.ts';

const view = {
  data: { n: 2, text: 'T', list: [1], none: null },
  context: { Execution: { Name: 'r-1' } },
};
const fill = (expression: string) => fillTemplate({ 'x.$': expression }, view);

test('only members that end in .$ are filled, at any depth', () => {
  const template = { a: '$.n', 'b.$': '$.n', c: [{ 'd.$': '$.list' }, '$.n'], e: { f: null } };
  expect(fillTemplate(template, view)).toEqual({
    a: '$.n',
    b: 2,
    c: [{ d: [1] }, '$.n'],
    e: { f: null },
  });
});

describe('intrinsic functions', () => {
  test.each([
    ['States.MathAdd($.n, 1)', 3],
    ['States.MathAdd($.n,-5)', -3],
    ['States.MathAdd(States.MathAdd(1, 1), $.n)', 4],
    ["States.Format('plain')", 'plain'],
    ["States.Format('{}/{}-{}', $$.Execution.Name, $.n, $.none)", 'r-1/2-null'],
    ['States.Format($.text)', 'T'],
    [String.raw`States.Format('it\'s \{\} \\ {}', true)`, "it's {} \\ true"],
    ["States.Format('a, b) {}', 'c, d)')", 'a, b) c, d)'],
    ["States.Array('a', $.n, $.list)", ['a', 2, [1]]],
    ["States.ArrayGetItem(States.Array('a', 'b', 'c'), States.MathAdd($.n, -1))", 'b'],
    ['States.ArrayGetItem($.list, 0)', 1],
  ])('%s', (expression, x) => {
    expect(fill(expression)).toEqual({ x });
  });

  test.each([
    'States.MathAdd($.text, 1)',
    'States.MathAdd(1)',
    'States.MathAdd(1, 2, 3)',
    "States.Format('{}', $.list)",
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    'States.Format($.n)',
    'States.ArrayGetItem($.list, 1)',
    'States.ArrayGetItem($.list, -1)',
    'States.ArrayGetItem($.n, 0)',
    "States.ArrayGetItem($.list, '0')",
    'States.ArrayGetItem($.list)',
  ])('%s fails', (expression) => {
    expect(() => fill(expression)).toThrow(
      expect.objectContaining({ error: 'States.IntrinsicFailure' }),
    );
  });

  test.each([
    ['States.UUID()', /States\.UUID is not supported/],
    ['States.MathRandom(1, 2)', /not supported/],
    ['States.MathAdd(1, 2', /cannot read/],
    ['States.MathAdd(1, 2) + 1', /cannot read/],
    ['States.MathAdd(, 2)', /cannot read/],
    [`${'States.MathAdd('.repeat(11)}1, 1${', 1)'.repeat(11)}`, /cannot read/],
    ['text', /neither a path/],
    ['{% $states.input %}', /neither a path/],
  ])('%s is refused', (expression, message) => {
    expect(() => checkTemplate({ deep: [{ 'x.$': expression }] })).toThrow(message);
  });

  test('a filled member must be text', () => {
    expect(() => checkTemplate({ 'x.$': 1 })).toThrow(/must hold a path/);
  });
});
