import { type Functions, machine, named, runTask } from '../walking.ts';

/** A definition on which the library does not do what Step Functions does. */
export interface Difference {
  readonly definition: object;
  readonly input?: unknown;
  readonly functions?: Functions;
  /** Output, or the name of the error, as AWS documents it. */
  readonly aws: unknown;
  readonly library: unknown;
}

const end = { End: true };
const throwing = (name: string): Functions => ({
  runTask: () => {
    throw named(name, 'thrown');
  },
});

/** What AWS documents, and what aws-local-stepfunctions 3.0.0 does instead. */
export const differences: Readonly<Record<string, Difference>> = {
  '$$.Execution.Input is the execution input in a branch, too': {
    definition: machine({
      P: { Type: 'Pass', Result: { later: 1 }, Next: 'A' },
      A: {
        Type: 'Parallel',
        Branches: [
          machine({ B: { Type: 'Pass', Parameters: { 'i.$': '$$.Execution.Input' }, ...end } }),
        ],
        ...end,
      },
    }),
    input: { first: 1 },
    aws: [{ i: { first: 1 } }],
    library: [{ i: { later: 1 } }],
  },
  '$$.State is there': {
    definition: machine({
      A: { Type: 'Pass', Parameters: { 'name.$': '$$.State.Name' }, ...end },
    }),
    aws: { name: 'A' },
    library: 'States.Runtime',
  },
  'States.TaskFailed does not take States.Timeout': {
    definition: machine({
      A: runTask({ Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }], ...end }),
      B: { Type: 'Pass', Result: 'caught', ...end },
    }),
    functions: throwing('States.Timeout'),
    aws: 'States.Timeout',
    library: 'caught',
  },
  'state data has a limit, and States.ALL does not take its error': {
    definition: machine({
      A: runTask({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], ...end }),
      B: { Type: 'Pass', Result: 'caught', ...end },
    }),
    functions: { runTask: () => 'x'.repeat(262_143) },
    aws: 'States.DataLimitExceeded',
    library: 'x'.repeat(262_143),
  },
  'ResultPath does not replace what is no object on its way': {
    definition: machine({ A: { Type: 'Pass', Result: 1, ResultPath: '$.a.b', ...end } }),
    input: { a: 'text' },
    aws: 'States.ResultPathMatchFailure',
    library: { a: { b: 1 } },
  },
  'MathAdd rounds': {
    definition: machine({
      A: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd(1.6, 1)' }, ...end },
    }),
    aws: { n: 3 },
    library: { n: 2.6 },
  },
  'an intrinsic that fails has its own error': {
    definition: machine({
      A: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.text, 1)' }, ...end },
    }),
    input: { text: 'a' },
    aws: 'States.IntrinsicFailure',
    library: 'States.Runtime',
  },
};
