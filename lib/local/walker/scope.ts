import { runtimeFailure } from './failure.ts';
import type { Journal } from './journal.ts';

/** What a handler is told besides its input. */
export interface HandlerContext {
  /** Aborted at the time limit, when a sibling branch has failed, and when the walk stops. */
  readonly signal: AbortSignal;
  /** Same for every try of this visit of the state, and for every walk of the run. */
  readonly key: string;
  /** From 1; a try that a crash cut off is run again under its number. */
  readonly attempt: number;
}

/** What stands behind a Task. A thrown error's name is what Retry and Catch see. */
export interface Resources {
  /** `lambda:invoke`: gets the Payload; what it returns becomes `{Payload, StatusCode: 200}`. */
  invoke(functionName: string, payload: unknown, context: HandlerContext): Promise<unknown>;
  /** `ecs:runTask.sync`: gets the Parameters; returns when the task has ended. */
  runTask(parameters: unknown, context: HandlerContext): Promise<unknown>;
}

/** What a walk tells while it goes. `replayed`: taken from the journal, not done now. */
export interface Transition {
  readonly run: string;
  /** State, nth visit, and the branches around it: `WriteCode#2.1/0/RunCoder#1`. */
  readonly path: string;
  readonly state: string;
  readonly type: string;
  readonly phase: 'entered' | 'retried' | 'caught';
  readonly error?: string;
  readonly replayed?: boolean;
}

/** One walk. Times in milliseconds. */
export interface Walk {
  readonly name: string;
  readonly input: unknown;
  readonly journal: Journal;
  readonly resources: Resources;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** How long an aborted handler is waited for. */
  readonly graceMs: number;
  readonly onTransition: (transition: Transition) => void;
  /** States entered and tries made, of all branches. */
  steps: number;
}

/** Where in a walk a machine is walked: the whole definition, a branch, or an item of a Map. */
export interface Scope {
  readonly walk: Walk;
  /** Start of the journal's paths in here. */
  readonly prefix: string;
  /** Aborted with the walk, and when a sibling branch has failed. */
  readonly signal: AbortSignal;
  readonly item?: { readonly Index: number; readonly Value: unknown };
}

/** Most states and tries in one walk; Step Functions ends an execution at 25,000 events. */
const stepLimit = 10_000;

/** Counts one state entered or one try. Throws `States.Runtime` when there are too many. */
export function countStep({ walk }: Scope): void {
  walk.steps += 1;
  if (walk.steps > stepLimit) throw runtimeFailure(`the run has made more than ${stepLimit} steps`);
}

/** Throws an AbortError where the scope's signal is aborted. */
export function stopIfAborted({ signal, walk }: Scope): void {
  if (signal.aborted) throw new DOMException(`the walk of ${walk.name} was stopped`, 'AbortError');
}

/** The context object as a state sees it; `tries` are those made before this one. */
export function contextOf({ walk, item }: Scope, state: string, tries = 0): unknown {
  return {
    Execution: { Name: walk.name, Input: walk.input },
    State: { Name: state, RetryCount: tries },
    ...(item && { Map: { Item: item } }),
  };
}
