import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Journal, openJournal, type WalkResult } from '../../../lib/local/walker/journal.ts';
import type { HandlerContext } from '../../../lib/local/walker/scope.ts';
import { type Functions, invoke, machine, named, runTask, walkIt } from './walking.ts';

/** One walk of the run: its folder, and what is done at each point where a process may die. */
interface CrashRun {
  readonly folder: string;
  readonly point: () => void;
}

/** Walks the run in its folder to its end, or on from where an earlier process died. */
export async function walkCrashRun({ folder, point }: CrashRun): Promise<WalkResult> {
  const opened = openJournal(folder);
  const journal: Journal = {
    ...opened,
    record: (...args) => {
      opened.record(...args);
      point();
    },
    finish: (...args) => {
      opened.finish(...args);
      point();
    },
  };
  try {
    return await walkIt(definition, functionsOf({ folder, point }), {}, { journal });
  } finally {
    opened.close();
  }
}

/** One outside effect, guarded by its own key as every effect of the system is. */
function effectOf({ folder, point }: CrashRun, { key, attempt }: HandlerContext): void {
  const effects = join(folder, 'effects');
  appendFileSync(join(folder, 'calls'), `${key}.${attempt}\n`);
  point();
  const done = existsSync(effects) ? readFileSync(effects, 'utf8').split('\n') : [];
  if (!done.includes(key)) appendFileSync(effects, `${key}\n`);
  point();
}

function functionsOf(run: CrashRun): Functions {
  const effect = (context: HandlerContext) => effectOf(run, context);
  return {
    open: (_state, context) => {
      effect(context);
      return context.key;
    },
    runTask: (_input, context) => {
      if (context.attempt < 3) throw named('Flaky', 'try again');
      effect(context);
      throw named('SandboxUnavailable', 'gone');
    },
    close: (state: { opened: string; task: { Error: string } }, context) => {
      effect(context);
      if (context.key.includes('Stage#1.1/')) throw named('StageLost', 'no handoff');
      return [state.opened, state.task.Error];
    },
    review: (item: { index: number; round: number }, context) => {
      effect(context);
      return item.index + item.round;
    },
    settle: (state, context) => {
      effect(context);
      return state;
    },
  };
}

const end = { End: true };
const stage = machine({
  Open: invoke('open', {
    ResultSelector: { 'opened.$': '$.Payload' },
    ResultPath: '$.open',
    Next: 'Run',
  }),
  Run: runTask({
    Retry: [{ ErrorEquals: ['Flaky'], MaxAttempts: 2 }],
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.task', Next: 'Close' }],
    Next: 'Close',
  }),
  Close: invoke('close', {
    Parameters: {
      FunctionName: 'close',
      Payload: { 'opened.$': '$.open.opened', 'task.$': '$.task' },
    },
    ResultSelector: { 'result.$': '$.Payload' },
    ...end,
  }),
});
const definition = machine({
  Init: { Type: 'Pass', Parameters: { round: 1, items: ['a', 'b', 'c'] }, Next: 'Stage' },
  Stage: {
    Type: 'Parallel',
    Branches: [stage, machine({ Side: invoke('review', sideOf('$.round')) })],
    Retry: [{ ErrorEquals: ['StageLost'], MaxAttempts: 1 }],
    ResultSelector: { 'result.$': '$[0].result', 'side.$': '$[1]' },
    ResultPath: '$.stage',
    Next: 'Enough',
  },
  Enough: {
    Type: 'Choice',
    Choices: [{ Variable: '$.round', NumericGreaterThanEquals: 2, Next: 'Reviews' }],
    Default: 'NextRound',
  },
  NextRound: {
    Type: 'Pass',
    Parameters: { 'round.$': 'States.MathAdd($.round, 1)', 'items.$': '$.items' },
    Next: 'Stage',
  },
  Reviews: {
    Type: 'Map',
    ItemsPath: '$.items',
    ItemSelector: { 'index.$': '$$.Map.Item.Index', 'round.$': '$.round' },
    MaxConcurrency: 2,
    ItemProcessor: machine({ Review: invoke('review', { OutputPath: '$.Payload', ...end }) }),
    ResultPath: '$.reviews',
    Next: 'Settle',
  },
  Settle: invoke('settle', { OutputPath: '$.Payload', Next: 'Ended' }),
  Ended: { Type: 'Succeed' },
});

function sideOf(round: string) {
  const Parameters = { FunctionName: 'review', Payload: { index: 10, 'round.$': round } };
  return { Parameters, OutputPath: '$.Payload', ...end };
}
