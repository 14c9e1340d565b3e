import { type Functions, invoke, machine, named, runTask } from './walking.ts';

/** A definition that two walkers walk. `functions` makes fresh ones for each, as some of them count. */
export interface Case {
  readonly definition: object;
  readonly input?: unknown;
  readonly functions?: () => Functions;
  readonly output?: unknown;
  readonly error?: string;
}

const end = { End: true };
const echo: Functions = { echo: (payload) => payload, runTask: (parameters) => parameters };

/** Fails as often as the list is long, then answers. */
function failing(errors: readonly string[], answer: unknown = 'done') {
  return (): Functions => {
    const left = [...errors];
    const call = () => {
      const error = left.shift();
      if (error !== undefined) throw named(error, `${error} happened`);
      return answer;
    };
    return { f: call, runTask: call };
  };
}

const passes: Record<string, Case> = {
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

const tasks: Record<string, Case> = {
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

const choices: Record<string, Case> = {
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

const nested: Record<string, Case> = {
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

/** All definitions, by what they show. */
export const cases: Readonly<Record<string, Case>> = { ...passes, ...tasks, ...choices, ...nested };
