import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { substitutions } from '../../lib/local/runner/lifecycle-resources.ts';
import { loadDefinition } from '../../lib/local/walker/definition.ts';
import {
  edgesOf,
  insideOf,
  type Machine,
  retriesOf,
  type State,
  statesIn,
} from './edges/edges-of.ts';
import { type Route, routes } from './edges/routes.ts';
import { type Failing, unforeseen, type Walked, walkRoute } from './edges/walk-route.ts';

const text = readFileSync(
  new URL('../../statemachines/issue-run.asl.json', import.meta.url),
  'utf8',
);
const machine = loadDefinition(text, substitutions).definition as unknown as Machine;
const states = statesIn(machine);

/** What each route does when nothing fails besides; the first that enters a state is used for its failures. */
const plain = new Map<string, Walked>();
beforeAll(async () => {
  for (const [name, route] of Object.entries(routes)) {
    plain.set(name, await walkRoute(machine, route));
  }
});

function routeThrough(state: string): Route | undefined {
  const [name = ''] = [...plain].find(([, { entered }]) => entered.includes(state)) ?? [];
  return routes[name];
}

/** The Task whose failure is the state's own: in a Parallel, the last that can throw it and lets it through. */
function taskThatFails(name: string, state: State, error: string): string | undefined {
  if (state.Type === 'Task') return canThrow(state, error) ? name : undefined;
  const inner = insideOf(state).flatMap((branch) => [...statesIn(branch)]);
  return inner.findLast(([, task]) => canThrow(task, error) && !takes(task, error))?.[0];
}

/** A service's own errors come from its Tasks only, those of the domain from the functions. */
function canThrow({ Resource = '' }: State, error: string): boolean {
  if (error === unforeseen || error.startsWith('States.')) return Resource !== '';
  return Resource.includes(/^(Amazon)?ECS\./i.test(error) ? ':ecs:' : ':lambda:');
}

function takes({ Retry = [], Catch = [] }: Pick<State, 'Retry' | 'Catch'>, error: string) {
  const named = [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals);
  return named.includes(error) || named.includes('States.ALL');
}

/** Failures of a state that its own rules ask for: each name once and always, and what is caught. */
function failuresOf(name: string, state: State): Failing[] {
  const retried = retriesOf(state).flatMap(({ error }) =>
    [1, Infinity].map((times) => ({ error, times })),
  );
  const caught = (state.Catch ?? []).flatMap(({ ErrorEquals }) =>
    ErrorEquals.map((error) => ({ error, times: Infinity })),
  );
  return [...retried, ...caught].flatMap(({ error: rule, times }) => {
    const error = rule === 'States.ALL' ? unforeseen : rule;
    const task = taskThatFails(name, state, error);
    return task === undefined ? [] : [{ task, error, times }];
  });
}

describe('the edges of the lifecycle', () => {
  test('each is walked by a case, and every case settles', async () => {
    const lost: string[] = [];
    const walked = new Set([...plain.values()].flatMap(({ edges }) => [...edges]));
    for (const [name, state] of states) {
      const route = routeThrough(name);
      if (route === undefined) continue;
      for (const failure of failuresOf(name, state)) {
        const { edges, entered } = await walkRoute(machine, route, failure);
        for (const edge of edges) walked.add(edge);
        if (!isEnd(entered.at(-1))) lost.push(`${failure.error} of ${failure.task} in ${name}`);
      }
    }
    const edges = edgesOf(machine);
    expect(new Set(edges).size).toBe(edges.length);
    expect(edges.filter((edge) => !walked.has(edge))).toEqual([]);
    expect(lost).toEqual([]);
  });

  test.each(Object.entries(machine.States).filter(([, state]) => state.Catch !== undefined))(
    'what %s fails with is added to what was there before, and nothing is lost',
    async (name, state) => {
      const [failure] = failuresOf(name, state).filter(({ error }) => error === unforeseen);
      const { entered, settled, status } = await walkRoute(
        machine,
        routeThrough(name) ?? {},
        failure,
      );
      const before = entered.slice(0, entered.indexOf(name));
      const kept = before.map((one) => memberOf(machine.States[one]?.ResultPath));
      const told = memberOf(state.Catch?.[0]?.ResultPath);
      const members = new Set(['round', ...kept.filter((one) => one !== ''), told]);
      if (name === 'SettleQuietly') {
        expect(status).toBe('FAILED');
        expect(entered.at(-1)).toBe('Unsettled');
        return;
      }
      expect(status).toBe('SUCCEEDED');
      expect(new Set(Object.keys(settled ?? {}))).toEqual(members);
      expect(settled?.[told]).toMatchObject({ Error: unforeseen });
    },
  );

  test('a new edge without a case is found', async () => {
    const { Readable, ...others } = machine.States;
    const Choices = [{ Variable: '$.reading.result', StringEquals: 'later', Next: 'Settle' }];
    const Changed = { ...Readable, Choices: [...(Readable?.Choices ?? []), ...Choices] } as State;
    const changed = { ...machine, States: { ...others, Readable: Changed } };
    const walks = Object.values(routes).map((route) => walkRoute(changed, route));
    const walked = (await Promise.all(walks)).flatMap(({ edges }) => [...edges]);
    const found = edgesOf(changed).filter((edge) => edge.startsWith('Readable '));
    expect(found.filter((edge) => !walked.includes(edge))).toEqual(['Readable rule 1']);
  });
});

test('Step Functions can read the definition', () => {
  const definition = JSON.parse(text) as StateMachineDefinition;
  expect(() => new StateMachine(definition)).not.toThrow();
});

function isEnd(name = ''): boolean {
  return /Succeed|Fail/.test(machine.States[name]?.Type ?? '');
}

function memberOf(path: string | null | undefined): string {
  return path?.replace(/^\$\.?/, '') ?? '';
}
