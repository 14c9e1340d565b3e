import { invoke, machine, named, runTask } from '../walking.ts';
import { type Case, echo, failing } from './case.ts';

const end = { End: true };

/** Parallel and Map. */
export const nested: Record<string, Case> = {
  'Parallel gives its branches in order': {
    definition: machine({
      A: {
        Type: 'Parallel',
        Branches: [
          machine({ B: invoke('echo', { OutputPath: '$.Payload', ...end }) }),
          machine({ C: { Type: 'Pass', Result: 'c', ...end } }),
        ],
        ResultPath: '$.both',
        ...end,
      },
    }),
    functions: () => echo,
    input: { a: 1 },
    output: { a: 1, both: [{ a: 1 }, 'c'] },
  },
  'Parallel keeps the name of a branch error, for Retry': {
    definition: machine({
      A: {
        Type: 'Parallel',
        Branches: [machine({ B: runTask(end) })],
        Retry: [{ ErrorEquals: ['StageLost'], MaxAttempts: 2 }],
        ResultSelector: { 'r.$': '$[0]' },
        ...end,
      },
    }),
    functions: failing(['StageLost', 'StageLost']),
    output: { r: 'done' },
  },
  'Parallel keeps the name of a branch error, for Catch': {
    definition: machine({
      A: {
        Type: 'Parallel',
        Branches: [
          machine({ B: { Type: 'Fail', Error: 'ReviewRejected', Cause: 'no' } }),
          machine({ C: { Type: 'Pass', ...end } }),
        ],
        Catch: [{ ErrorEquals: ['ReviewRejected'], ResultPath: '$.error', Next: 'D' }],
        ...end,
      },
      D: { Type: 'Pass', OutputPath: '$.error', ...end },
    }),
    output: { Error: 'ReviewRejected', Cause: 'no' },
  },
  'A Choice without a match inside Parallel is caught outside': {
    definition: machine({
      A: {
        Type: 'Parallel',
        Branches: [
          machine({
            B: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'C' }] },
            C: { Type: 'Succeed' },
          }),
        ],
        Catch: [{ ErrorEquals: ['States.NoChoiceMatched'], ResultPath: null, Next: 'D' }],
        ...end,
      },
      D: { Type: 'Succeed' },
    }),
    input: { a: 1 },
    output: { a: 1 },
  },
  'The stage: open, run, close, retried as a whole': {
    definition: machine({
      Stage: {
        Type: 'Parallel',
        Branches: [
          machine({
            Open: invoke('open', {
              ResultSelector: { 'attempt.$': '$.Payload' },
              ResultPath: '$.opened',
              Next: 'Run',
            }),
            Run: runTask({
              ResultPath: null,
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.task', Next: 'Close' }],
              Next: 'Close',
            }),
            Close: invoke('close', { OutputPath: '$.Payload', ...end }),
          }),
        ],
        Retry: [{ ErrorEquals: ['StageLost'], MaxAttempts: 4 }],
        ResultSelector: { 'result.$': '$[0]' },
        ResultPath: '$.stage',
        ...end,
      },
    }),
    functions: () => {
      let opened = 0;
      return {
        open: () => ++opened,
        runTask: () => {
          throw named('SandboxUnavailable', 'none');
        },
        close: (state: { opened: { attempt: number }; task: { Error: string } }) => {
          if (state.opened.attempt < 3) throw named('StageLost', 'no handoff');
          return [state.opened.attempt, state.task.Error];
        },
      };
    },
    input: { round: 1 },
    output: { round: 1, stage: { result: [3, 'SandboxUnavailable'] } },
  },
  'Map over items with index and value': {
    definition: machine({
      A: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: {
          'i.$': '$$.Map.Item.Index',
          'v.$': '$$.Map.Item.Value',
          'all.$': '$.all',
        },
        MaxConcurrency: 2,
        ItemProcessor: machine({ B: invoke('echo', { OutputPath: '$.Payload', ...end }) }),
        ResultPath: '$.out',
        ...end,
      },
    }),
    functions: () => echo,
    input: { items: ['x', 'y', 'z'], all: 1 },
    output: {
      items: ['x', 'y', 'z'],
      all: 1,
      out: [
        { i: 0, v: 'x', all: 1 },
        { i: 1, v: 'y', all: 1 },
        { i: 2, v: 'z', all: 1 },
      ],
    },
  },
  'Map of nothing': {
    definition: machine({
      A: { Type: 'Map', ItemProcessor: machine({ B: { Type: 'Pass', ...end } }), ...end },
    }),
    input: [],
    output: [],
  },
  'Map whose items fail is retried by name': {
    definition: machine({
      A: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: machine({ B: runTask(end) }),
        Retry: [{ ErrorEquals: ['Flaky'], MaxAttempts: 3 }],
        ...end,
      },
    }),
    functions: failing(['Flaky', 'Flaky']),
    input: [1, 2],
    output: ['done', 'done'],
  },
};
