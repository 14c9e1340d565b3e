import { DatabaseSync } from 'node:sqlite';
import { loadDefinition } from '../../../lib/local/walker/definition.ts';
import { type Journal, migrateJournal, sqliteJournal } from '../../../lib/local/walker/journal.ts';
import type { HandlerContext, Resources } from '../../../lib/local/walker/scope.ts';
import { type WalkOptions, walk } from '../../../lib/local/walker/walk.ts';

/** What stands behind the Tasks of a test: by function name; `runTask` is called by that name. */
export type Functions = Readonly<
  Record<string, (payload: never, context: HandlerContext) => unknown>
>;

export function memoryJournal(): Journal {
  const db = new DatabaseSync(':memory:');
  migrateJournal(db);
  return sqliteJournal(db);
}

export function resourcesOf(functions: Functions): Resources {
  const call = async (name: string, payload: unknown, context: HandlerContext) =>
    functions[name]?.(payload as never, context);
  return {
    invoke: call,
    runTask: (parameters, context) => call('runTask', parameters, context),
  };
}

/** Walks the definition in memory; backoff is not slept. */
export function walkIt(
  definition: object,
  functions: Functions = {},
  input: unknown = {},
  options: Partial<WalkOptions> = {},
) {
  return walk({
    ...loadDefinition(JSON.stringify(definition), {}),
    name: 'r-1',
    input,
    journal: memoryJournal(),
    resources: resourcesOf(functions),
    signal: new AbortController().signal,
    sleep: async () => {},
    ...options,
  });
}

/** A `lambda:invoke` Task. */
export function invoke(name: string, more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: name, 'Payload.$': '$' },
    TimeoutSeconds: 30,
    ...more,
  };
}

/** An `ecs:runTask.sync` Task. */
export function runTask(more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::ecs:runTask.sync',
    Parameters: { 'input.$': '$' },
    TimeoutSeconds: 30,
    ...more,
  };
}

/** A machine of the given states; the first is where it starts. */
export function machine(States: Readonly<Record<string, object>>) {
  return { StartAt: Object.keys(States)[0], States };
}

/** An error with a name, as a function throws it. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
