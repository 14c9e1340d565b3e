import { invoke, machine, runTask } from '../walking.ts';
import { type Case, echo, failing } from './case.ts';

const end = { End: true };

/** Task: parameters, results, Retry, Catch. */
export const tasks: Record<string, Case> = {
  'Task with ResultSelector and ResultPath': {
    definition: machine({
      A: invoke('echo', { ResultSelector: { 's.$': '$.Payload.a' }, ResultPath: '$.r', ...end }),
    }),
    functions: () => echo,
    input: { a: 1 },
    output: { a: 1, r: { s: 1 } },
  },
  'Task whose result replaces the input': {
    definition: machine({ A: invoke('echo', { OutputPath: '$.Payload', ...end }) }),
    functions: () => echo,
    input: { a: 1 },
    output: { a: 1 },
  },
  'ResultPath null discards the result': {
    definition: machine({ A: runTask({ ResultPath: null, ...end }) }),
    functions: () => echo,
    input: { a: 1 },
    output: { a: 1 },
  },
  'runTask gets its Parameters': {
    definition: machine({
      A: runTask({ Parameters: { Overrides: [{ 'Value.$': '$.a' }] }, ...end }),
    }),
    functions: () => echo,
    input: { a: 'v' },
    output: { Overrides: [{ Value: 'v' }] },
  },
  'An uncaught error by its name': {
    definition: machine({ A: invoke('f', end) }),
    functions: failing(['ModelFailed']),
    error: 'ModelFailed',
  },
  'Retry by name until it works': {
    definition: machine({
      A: invoke('f', {
        Retry: [{ ErrorEquals: ['StageLost'], MaxAttempts: 2 }],
        OutputPath: '$.Payload',
        ...end,
      }),
    }),
    functions: failing(['StageLost', 'StageLost']),
    output: 'done',
  },
  'Retry used up': {
    definition: machine({
      A: runTask({ Retry: [{ ErrorEquals: ['StageLost'], MaxAttempts: 1 }], ...end }),
    }),
    functions: failing(['StageLost', 'StageLost']),
    error: 'StageLost',
  },
  'Each Retry rule counts its own tries': {
    definition: machine({
      A: runTask({
        Retry: [
          { ErrorEquals: ['X'], MaxAttempts: 1 },
          { ErrorEquals: ['States.ALL'], MaxAttempts: 2 },
        ],
        ...end,
      }),
    }),
    functions: failing(['X', 'Y', 'Z']),
    output: 'done',
  },
  'The first rule that matches decides alone': {
    definition: machine({
      A: runTask({
        Retry: [
          { ErrorEquals: ['X'], MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
        ],
        ...end,
      }),
    }),
    functions: failing(['X']),
    error: 'X',
  },
  'Catch by name, error placed into the raw input': {
    definition: machine({
      A: runTask({
        InputPath: '$.in',
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Wrong' },
          { ErrorEquals: ['StageLost'], ResultPath: '$.error', Next: 'Right' },
        ],
        ...end,
      }),
      Wrong: { Type: 'Fail', Error: 'Wrong' },
      Right: { Type: 'Pass', Parameters: { 'error.$': '$.error.Error', 'in.$': '$.in' }, ...end },
    }),
    functions: failing(['StageLost']),
    input: { in: { a: 1 } },
    output: { error: 'StageLost', in: { a: 1 } },
  },
  'Catch replaces the input without ResultPath': {
    definition: machine({
      A: runTask({ Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }], ...end }),
      B: { Type: 'Pass', ...end },
    }),
    functions: failing(['StageLost']),
    output: { Error: 'StageLost', Cause: 'StageLost happened' },
  },
  'Catch with ResultPath null keeps the input': {
    definition: machine({
      A: runTask({
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'B' }],
        ...end,
      }),
      B: { Type: 'Pass', ...end },
    }),
    functions: failing(['StageLost']),
    input: { a: 1 },
    output: { a: 1 },
  },
  'Retry before Catch': {
    definition: machine({
      A: runTask({
        Retry: [{ ErrorEquals: ['X'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['X'], ResultPath: null, Next: 'B' }],
        ...end,
      }),
      B: { Type: 'Pass', Result: 'caught', ...end },
    }),
    functions: failing(['X', 'X']),
    output: 'caught',
  },
};
