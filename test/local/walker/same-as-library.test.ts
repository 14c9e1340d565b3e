import { describe, expect, test } from '@jest/globals';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Case } from './cases/case.ts';
import { differences } from './cases/differences.ts';
import { choices, passes } from './cases/flow.ts';
import { nested } from './cases/nested.ts';
import { tasks } from './cases/tasks.ts';
import { type Functions, walkIt } from './walking.ts';

interface Ending {
  readonly output?: unknown;
  readonly error?: string;
}
type Node = Record<string, unknown>;

const cases = { ...passes, ...tasks, ...choices, ...nested };

describe('both walkers', () => {
  test.each(Object.entries(cases))('%s', async (_name, what) => {
    const expected = 'error' in what ? { error: what.error } : { output: what.output };
    expect(await ours(what)).toEqual(expected);
    expect(await theirs(what)).toEqual(expected);
  });
});

describe('where the library differs, AWS as documented', () => {
  test.each(Object.entries(differences))('%s', async (_name, { functions, ...what }) => {
    const fresh = { ...what, functions: () => functions ?? {} };
    expect(Object.values(await ours(fresh))).toEqual([what.aws]);
    expect(Object.values(await theirs(fresh))).toEqual([what.library]);
  });
});

type Walkable = Pick<Case, 'definition' | 'input' | 'functions'>;

async function ours({ definition, input, functions }: Walkable): Promise<Ending> {
  const ended = await walkIt(definition, functions?.(), input);
  return ended.status === 'FAILED'
    ? { error: ended.error ?? '' }
    : { output: plainCauses(ended.output) };
}

/**
 * As Lambda does, our Cause of a thrown error is `{"errorType","errorMessage"}` in JSON; the library's is the
 * bare message. AWS: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
function plainCauses(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, inner) =>
    name === 'Cause' && String(inner).startsWith('{') ? JSON.parse(inner).errorMessage : inner,
  );
}

async function theirs({ definition, input, functions }: Walkable): Promise<Ending> {
  const library = new StateMachine(definition as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
  const states = statesIn(definition as Node);
  const call = functions?.() ?? {};
  const handlers = Object.entries(states)
    .filter(([, state]) => state.Type === 'Task')
    .map(([name, state]) => [name, handlerOf(state, call)] as const);
  const { result } = library.run((input ?? {}) as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers) as never,
      retryIntervalOverrides: Object.fromEntries(Object.keys(states).map((name) => [name, 0])),
    },
    context: { Execution: { Name: 'r-1', Input: input ?? {} } } as never,
  });
  return result.then(
    (output) => ({ output }),
    (error: { name: string; cause?: { name: string } }) => ({
      error: error.cause?.name ?? error.name,
    }),
  );
}

function handlerOf({ Resource }: Node, functions: Functions) {
  const call = async (name: string, payload: unknown) =>
    functions[name]?.(payload as never, undefined as never);
  if (!String(Resource).endsWith('lambda:invoke'))
    return (input: unknown) => call('runTask', input);
  return async ({ FunctionName, Payload }: { FunctionName: string; Payload: unknown }) => ({
    Payload: (await call(FunctionName, Payload)) ?? null,
    StatusCode: 200,
  });
}

function statesIn(machine: Node): Record<string, Node> {
  const own = machine.States as Record<string, Node>;
  const inner = Object.values(own).flatMap((state) => [
    ...((state.Branches as Node[] | undefined) ?? []),
    ...(state.ItemProcessor === undefined ? [] : [state.ItemProcessor as Node]),
  ]);
  return Object.assign({}, own, ...inner.map(statesIn));
}
