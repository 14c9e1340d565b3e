import { setImmediate } from 'node:timers/promises';
import { failureOf, limited, runtimeFailure, StateFailure } from './failure.ts';
import type { TaskState } from './schema.ts';
import { type HandlerContext, type Scope, stopIfAborted } from './scope.ts';

type Settled = { readonly value: unknown } | { readonly thrown: unknown };

/**
 * Calls what stands behind a Task and gives its result. Throws `StateFailure`, or an AbortError when the
 * scope is aborted. A handler that was aborted is waited for, so that two tries never live at once.
 */
export async function callTask(
  state: TaskState,
  parameters: unknown,
  scope: Scope,
  place: { readonly key: string; readonly attempt: number },
): Promise<unknown> {
  const start = handlerOf(state, limited(parameters, 'Parameters'), scope);
  // What the journal holds is replayed in microtasks alone, so all of it comes before the first real call.
  await setImmediate();
  stopIfAborted(scope);
  const settled = await supervised(
    (signal) => start({ signal, ...place }),
    state.TimeoutSeconds,
    scope,
  );
  stopIfAborted(scope);
  if ('thrown' in settled) throw failureOf(settled.thrown);
  const result = state.Resource.endsWith('lambda:invoke')
    ? { Payload: settled.value ?? null, StatusCode: 200 }
    : settled.value;
  return limited(result, 'the result');
}

function handlerOf(state: TaskState, parameters: unknown, { walk }: Scope) {
  const { resources } = walk;
  if (!state.Resource.endsWith('lambda:invoke')) {
    return (context: HandlerContext) => resources.runTask(parameters, context);
  }
  const { FunctionName, Payload } = parameters as { FunctionName?: unknown; Payload?: unknown };
  if (typeof FunctionName !== 'string') throw runtimeFailure('lambda:invoke needs a FunctionName');
  return (context: HandlerContext) =>
    resources.invoke(FunctionName, Payload === undefined ? {} : Payload, context);
}

async function supervised(
  start: (signal: AbortSignal) => Promise<unknown>,
  seconds: number,
  scope: Scope,
): Promise<Settled> {
  const limit = new AbortController();
  const signal = AbortSignal.any([scope.signal, limit.signal]);
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  const settled: Promise<Settled> = Promise.resolve()
    .then(() => start(signal))
    .then(
      (value) => ({ value }),
      (thrown: unknown) => ({ thrown }),
    );
  try {
    await Promise.race([settled, aborted(signal)]);
    if (!signal.aborted) return await settled;
    await settledWithin(settled, scope);
    stopIfAborted(scope);
    throw new StateFailure('States.Timeout', `no result within ${seconds} s`);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for an aborted handler: for the grace period, but not at all when the whole walk stops. */
async function settledWithin(settled: Promise<Settled>, { walk }: Scope): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, walk.graceMs);
  });
  await Promise.race([settled, graceOver, aborted(walk.signal)]);
  clearTimeout(timer);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
