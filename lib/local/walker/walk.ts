import { setTimeout } from 'node:timers/promises';
import { runBranches } from './branches.ts';
import { limited, runtimeFailure, StateFailure } from './failure.ts';
import type { Journal, WalkResult } from './journal.ts';
import { placeResult, readPath, selectPath, type View } from './paths.ts';
import { type Place, type Step, tell, viewOf } from './place.ts';
import { enterPlain } from './plain.ts';
import { catcherFor } from './retry.ts';
import type { Definition, Machine, MapState, State, WorkingState } from './schema.ts';
import {
  contextOf,
  countStep,
  type Resources,
  type Scope,
  stopIfAborted,
  type Transition,
  type Walk,
} from './scope.ts';
import { callTask } from './task.ts';
import { fillTemplate } from './template.ts';
import { tryVisit } from './tries.ts';

/** What a walk needs. `name` is the execution's name: the run's id. */
export interface WalkOptions {
  readonly definition: Definition;
  readonly digest: string;
  readonly name: string;
  /** Of a run that is in the journal already, the input it was begun with stands. */
  readonly input: unknown;
  readonly journal: Journal;
  readonly resources: Resources;
  readonly signal: AbortSignal;
  /** Waits between tries; rejects when the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds an aborted handler is waited for; 10 s unless told. */
  readonly graceMs?: number;
  readonly onTransition?: (transition: Transition) => void;
}

/**
 * Walks a run to its end, or goes on where the journal stops; a finished run gives its result again. Rejects
 * with an AbortError as soon as `signal` is aborted (the next walk goes on), with `LedgerConflict` where the
 * run was begun with another definition or is walked by another process, and with `StorageFailed`.
 */
export async function walk(options: WalkOptions): Promise<WalkResult> {
  const { definition, digest, name, journal, signal } = options;
  const now = options.now ?? Date.now;
  const input = options.input ?? null;
  const begun = journal.begin(name, { digest, input, startedAt: now() });
  if (begun.result !== undefined) return begun.result;
  const state: Walk = {
    name,
    input: begun.input,
    journal,
    resources: options.resources,
    signal,
    sleep: options.sleep ?? ((ms, stop) => setTimeout(ms, undefined, { signal: stop })),
    now,
    graceMs: options.graceMs ?? 10_000,
    onTransition: options.onTransition ?? (() => {}),
    steps: 0,
  };
  const scope = { walk: state, prefix: '', signal };
  stopIfAborted(scope);
  const result = await walkInTime(definition, scope, begun.startedAt);
  journal.finish(name, result);
  return result;
}

/** The whole run's time limit counts from its first start, over all walks. */
async function walkInTime(
  definition: Definition,
  scope: Scope,
  startedAt: number,
): Promise<WalkResult> {
  const seconds = definition.TimeoutSeconds;
  if (seconds === undefined) return resultOf(definition, scope);
  const limit = new AbortController();
  const rest = startedAt + seconds * 1000 - scope.walk.now();
  const timer = globalThis.setTimeout(() => limit.abort(), Math.max(0, rest));
  // Past its time already: what the journal holds is replayed still, but nothing new is begun.
  if (rest <= 0) setImmediate(() => limit.abort());
  try {
    const signal = AbortSignal.any([scope.signal, limit.signal]);
    return await resultOf(definition, { ...scope, signal });
  } catch (error) {
    const stopped = (error as Error).name === 'AbortError' && !scope.signal.aborted;
    if (!stopped || !limit.signal.aborted) throw error;
    const cause = `the run did not end within ${seconds} s`;
    return { status: 'FAILED', error: 'States.Timeout', cause };
  } finally {
    clearTimeout(timer);
  }
}

async function resultOf(definition: Machine, scope: Scope): Promise<WalkResult> {
  try {
    const input = limited(scope.walk.input, 'the input');
    return { status: 'SUCCEEDED', output: await walkMachine(definition, input, scope) };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return { status: 'FAILED', error: error.error, cause: error.detail };
  }
}

async function walkMachine(machine: Machine, input: unknown, scope: Scope): Promise<unknown> {
  const visits = new Map<string, number>();
  let step: Step = { output: input, next: machine.StartAt };
  while (step.next !== undefined) {
    stopIfAborted(scope);
    countStep(scope);
    const name: string = step.next;
    const state = machine.States[name];
    if (state === undefined) throw runtimeFailure(`there is no state ${name}`);
    const visit = (visits.get(name) ?? 0) + 1;
    visits.set(name, visit);
    const place = { name, path: `${scope.prefix}${name}#${visit}`, input: step.output, scope };
    tell(place, state, { phase: 'entered' });
    step = isWorking(state) ? await work(state, place) : enterPlain(state, place);
    step = { ...step, output: limited(step.output, `the output of ${name}`) };
  }
  return step.output;
}

async function work(state: WorkingState, place: Place): Promise<Step> {
  const { name, path, scope } = place;
  const visit = {
    state: name,
    type: state.Type,
    path,
    retry: state.Retry,
    work: (attempt: number, tryPath: string) => workOnce(state, place, attempt, tryPath),
    complete: (result: unknown, attempt: number) => completed(state, place, result, attempt),
  };
  try {
    return { output: await tryVisit(visit, scope), next: state.Next };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const catcher = catcherFor(state.Catch, error.error);
    if (catcher === undefined) throw error;
    tell(place, state, { phase: 'caught', error: error.error });
    const told = { Error: error.error, Cause: error.detail };
    return { output: placeResult(catcher.ResultPath, place.input, told), next: catcher.Next };
  }
}

async function workOnce(
  state: WorkingState,
  place: Place,
  attempt: number,
  tryPath: string,
): Promise<unknown> {
  const { scope, path } = place;
  const view = viewOf(place, state.InputPath, attempt);
  if (state.Type === 'Task') {
    const key = `${scope.walk.name}/${path}`;
    return callTask(state, fillTemplate(state.Parameters, view), scope, { key, attempt });
  }
  if (state.Type === 'Map') return mapOnce(state, view, place, tryPath);
  const input = state.Parameters === undefined ? view.data : fillTemplate(state.Parameters, view);
  const jobs = state.Branches.map((branch, index) => (inner: Scope) => {
    return walkMachine(branch, input, { ...inner, prefix: `${tryPath}/${index}/` });
  });
  return runBranches(jobs, jobs.length, scope);
}

async function mapOnce(
  state: MapState,
  view: View,
  place: Place,
  tryPath: string,
): Promise<unknown> {
  const items = readPath(state.ItemsPath ?? '$', view);
  if (!Array.isArray(items)) throw runtimeFailure(`the items of ${place.name} are no array`);
  const jobs = items.map((Value, Index) => (inner: Scope) => {
    const scope = { ...inner, prefix: `${tryPath}/${Index}/`, item: { Index, Value } };
    const context = contextOf(scope, place.name);
    const input =
      state.ItemSelector === undefined
        ? Value
        : fillTemplate(state.ItemSelector, { data: view.data, context });
    return walkMachine(state.ItemProcessor, input, scope);
  });
  return runBranches(jobs, state.MaxConcurrency || mapLimit, place.scope);
}

/** Items of an inline Map that Step Functions works on at once. */
const mapLimit = 40;

function completed(state: WorkingState, place: Place, raw: unknown, attempt: number): unknown {
  const { context } = viewOf(place, '$', attempt);
  const result =
    state.ResultSelector === undefined
      ? raw
      : fillTemplate(state.ResultSelector, { data: raw, context });
  const data = placeResult(state.ResultPath, place.input, result);
  const output = selectPath(state.OutputPath, { data, context });
  return limited(output, `the output of ${place.name}`);
}

function isWorking(state: State): state is WorkingState {
  return state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map';
}
