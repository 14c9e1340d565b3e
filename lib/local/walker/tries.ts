import { StateFailure } from './failure.ts';
import type { Tried } from './journal.ts';
import { nextRetry, type Retrier } from './retry.ts';
import { countStep, type Scope, stopIfAborted } from './scope.ts';

/** One visit of a Task, Parallel or Map. */
export interface Visit {
  readonly state: string;
  readonly type: string;
  /** The visit's path; a try's is `path.n`. */
  readonly path: string;
  readonly retry: readonly Retrier[] | undefined;
  /** Does the state's work once and gives its raw result. */
  readonly work: (attempt: number, path: string) => Promise<unknown>;
  /** From raw result to the state's output; the same on every walk. */
  readonly complete: (result: unknown, attempt: number) => unknown;
}

/**
 * Tries until one succeeds or Retry is used up; every try's end is journaled before anything follows from it,
 * and what is in the journal is not done again. Throws the last try's `StateFailure`.
 */
export async function tryVisit(visit: Visit, scope: Scope): Promise<unknown> {
  const { walk } = scope;
  const used = new Map<Retrier, number>();
  for (let attempt = 1; ; attempt += 1) {
    countStep(scope);
    const path = `${visit.path}.${attempt}`;
    const found = walk.journal.find(walk.name, path);
    const tried = found ?? (await tryOnce(visit, attempt, scope));
    if (tried.ok) return visit.complete(tried.result, attempt);
    const delay = nextRetry(visit.retry, tried.error, used);
    if (delay === undefined) {
      if (!found) walk.journal.record(walk.name, path, tried);
      throw new StateFailure(tried.error, tried.cause);
    }
    const dueAt = tried.dueAt ?? walk.now() + delay * 1000;
    if (!found) walk.journal.record(walk.name, path, { ...tried, dueAt });
    walk.onTransition({
      run: walk.name,
      path,
      state: visit.state,
      type: visit.type,
      phase: 'retried',
      error: tried.error,
      replayed: found !== undefined,
    });
    await sleepUntil(dueAt, scope);
  }
}

/** A success is journaled here, a failure by the caller, who knows when the next try is due. */
async function tryOnce(visit: Visit, attempt: number, scope: Scope): Promise<Tried> {
  const { walk } = scope;
  const path = `${visit.path}.${attempt}`;
  try {
    const result = await visit.work(attempt, path);
    visit.complete(result, attempt);
    stopIfAborted(scope);
    walk.journal.record(walk.name, path, { ok: true, result });
    return { ok: true, result };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    stopIfAborted(scope);
    return { ok: false, error: error.error, cause: error.detail };
  }
}

/** Longest time a timer can hold, in milliseconds. */
const timerLimit = 2 ** 31 - 1;

async function sleepUntil(dueAt: number, scope: Scope): Promise<void> {
  const { walk, signal } = scope;
  for (let rest = dueAt - walk.now(); rest > 0; rest -= timerLimit) {
    await walk.sleep(Math.min(rest, timerLimit), signal);
    stopIfAborted(scope);
  }
}
