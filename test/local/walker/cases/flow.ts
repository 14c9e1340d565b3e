import { invoke, machine } from '../walking.ts';
import { type Case, echo } from './case.ts';

const end = { End: true };

/** Pass, Succeed, Fail: how data flows. */
export const passes: Record<string, Case> = {
  'Pass keeps its input': {
    definition: machine({ A: { Type: 'Pass', ...end } }),
    input: { a: [1, { b: null }] },
    output: { a: [1, { b: null }] },
  },
  'Pass with Result and ResultPath': {
    definition: machine({ A: { Type: 'Pass', Result: [1], ResultPath: '$.x.y', ...end } }),
    input: { x: { z: 2 } },
    output: { x: { z: 2, y: [1] } },
  },
  'Pass with Parameters, context and intrinsics': {
    definition: machine({
      A: {
        Type: 'Pass',
        Parameters: {
          'run.$': '$$.Execution.Name',
          'round.$': 'States.MathAdd($.n, 1)',
          'text.$': "States.Format('{} of {}', $.n, 'it\\'s')",
          list: [{ 'inner.$': '$.a[1].b' }, 'fixed'],
        },
        ...end,
      },
    }),
    input: { n: 2, a: [0, { b: 'B' }] },
    output: { run: 'r-1', round: 3, text: "2 of it's", list: [{ inner: 'B' }, 'fixed'] },
  },
  'InputPath, ResultPath on the raw input, OutputPath': {
    definition: machine({
      A: { Type: 'Pass', InputPath: '$.in', ResultPath: '$.out', Next: 'B' },
      B: { Type: 'Pass', OutputPath: '$.out', ...end },
    }),
    input: { in: { deep: 1 }, other: 2 },
    output: { deep: 1 },
  },
  'InputPath null is an empty object': {
    definition: machine({ A: { Type: 'Pass', InputPath: null, ...end } }),
    input: { a: 1 },
    output: {},
  },
  'OutputPath null is an empty object': {
    definition: machine({ A: { Type: 'Pass', OutputPath: null, ...end } }),
    input: { a: 1 },
    output: {},
  },
  'Succeed filters': {
    definition: machine({ A: { Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' } }),
    input: { a: { b: 3 } },
    output: 3,
  },
  'Fail names its error': {
    definition: machine({ A: { Type: 'Fail', Error: 'Unsettled', Cause: 'so it is' } }),
    error: 'Unsettled',
  },
  'Fail reads its error from a path': {
    definition: machine({ A: { Type: 'Fail', ErrorPath: '$.name', CausePath: '$.why' } }),
    input: { name: 'ReviewRejected', why: 'no' },
    error: 'ReviewRejected',
  },
  'A missing member in Parameters': {
    definition: machine({ A: { Type: 'Pass', Parameters: { 'a.$': '$.gone' }, ...end } }),
    error: 'States.Runtime',
  },
};

const round = (limit: number) =>
  machine({
    Init: { Type: 'Pass', Parameters: { round: 1 }, Next: 'Work' },
    Work: invoke('echo', { ResultPath: '$.last', Next: 'Enough' }),
    Enough: {
      Type: 'Choice',
      Choices: [{ Variable: '$.round', NumericGreaterThanEquals: limit, Next: 'Done' }],
      Default: 'More',
    },
    More: { Type: 'Pass', Parameters: { 'round.$': 'States.MathAdd($.round, 1)' }, Next: 'Work' },
    Done: { Type: 'Succeed', OutputPath: '$.last.Payload.round' },
  });

/** Choice, and loops by it. */
export const choices: Record<string, Case> = {
  'A loop by MathAdd': { definition: round(5), functions: () => echo, output: 5 },
  'And, Or, Not, IsPresent, paths': {
    definition: machine({
      A: {
        Type: 'Choice',
        Choices: [
          { And: [{ Variable: '$.gone', IsPresent: true }], Next: 'Wrong' },
          {
            And: [
              { Not: { Variable: '$.s', StringEquals: 'b' } },
              {
                Or: [
                  { Variable: '$.b', BooleanEquals: false },
                  { Variable: '$.z', IsNull: true },
                ],
              },
              { Variable: '$.n', NumericLessThanPath: '$.m' },
            ],
            Next: 'Right',
          },
        ],
        Default: 'Wrong',
      },
      Wrong: { Type: 'Fail', Error: 'Wrong' },
      Right: { Type: 'Succeed' },
    }),
    input: { s: 'a', b: true, z: null, n: 1, m: 2 },
    output: { s: 'a', b: true, z: null, n: 1, m: 2 },
  },
  'No rule fits': {
    definition: machine({
      A: { Type: 'Choice', Choices: [{ Variable: '$.a', StringEquals: 'x', Next: 'B' }] },
      B: { Type: 'Succeed' },
    }),
    input: { a: 'y' },
    error: 'States.NoChoiceMatched',
  },
};
