import { ConfigInvalid } from '../../domain/errors.ts';
import { compileCondition } from './choice.ts';
import { parseExpression } from './intrinsics.ts';
import { parsePath, parseResultPath } from './paths.ts';
import type { Catcher, Retrier } from './retry.ts';
import type { Machine, MapState, State, WorkingState } from './schema.ts';
import { checkTemplate } from './template.ts';

/**
 * What the schema cannot see: every path, intrinsic and condition can be read, every transition leads to a
 * state of the same machine, every state is reachable, names are unique. Throws `ConfigInvalid`.
 */
export function checkMachine(machine: Machine): void {
  checkScope(machine, new Set());
}

function checkScope(machine: Machine, names: Set<string>): void {
  for (const [name, state] of Object.entries(machine.States)) {
    if (names.has(name)) throw new ConfigInvalid(`state machine: the name ${name} is used twice`);
    names.add(name);
    try {
      checkState(state);
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      throw new ConfigInvalid(`state machine: ${name}: ${error.message}`);
    }
    for (const inner of machinesIn(state)) checkScope(inner, names);
  }
  checkReach(machine);
}

function machinesIn(state: State): readonly Machine[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
}

function checkReach(machine: Machine): void {
  const reached = new Set<string>();
  const open = [machine.StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const state = Object.hasOwn(machine.States, name) ? machine.States[name] : undefined;
    if (state === undefined) {
      throw new ConfigInvalid(
        `state machine: a transition leads to ${name}, which is no state here`,
      );
    }
    open.push(...targetsOf(state));
  }
  const lost = Object.keys(machine.States).filter((name) => !reached.has(name));
  if (lost.length > 0)
    throw new ConfigInvalid(`state machine: nothing leads to ${lost.join(', ')}`);
}

function targetsOf(state: State): string[] {
  if (state.Type === 'Succeed' || state.Type === 'Fail') return [];
  if (state.Type === 'Choice') {
    const targets = state.Choices.map((rule) => rule.Next);
    return state.Default === undefined ? targets : [...targets, state.Default];
  }
  const caught = 'Catch' in state ? (state.Catch ?? []).map((rule) => rule.Next) : [];
  return state.Next === undefined ? caught : [state.Next, ...caught];
}

function checkState(state: State): void {
  if (state.Type === 'Fail') {
    checkFail(state);
    return;
  }
  for (const path of [state.InputPath, state.OutputPath]) {
    if (typeof path === 'string') parsePath(path);
  }
  if (state.Type === 'Succeed') return;
  if (state.Type === 'Choice') {
    for (const rule of state.Choices) compileCondition(rule);
    return;
  }
  if ((state.Next === undefined) === (state.End === undefined)) {
    throw new ConfigInvalid('needs either Next or End');
  }
  if (typeof state.ResultPath === 'string') parseResultPath(state.ResultPath);
  if (state.Type !== 'Map') checkTemplate(state.Parameters);
  if (state.Type !== 'Pass') checkWorking(state);
}

function checkWorking(state: WorkingState): void {
  checkTemplate(state.ResultSelector);
  if (state.Type === 'Map') checkMap(state);
  checkRules('Retry', state.Retry ?? []);
  checkRules('Catch', state.Catch ?? []);
  for (const { ResultPath } of state.Catch ?? []) {
    if (typeof ResultPath === 'string') parseResultPath(ResultPath);
  }
  if (state.Type !== 'Task' || !state.Resource.endsWith('lambda:invoke')) return;
  for (const name of Object.keys(state.Parameters)) {
    if (!['FunctionName', 'FunctionName.$', 'Payload', 'Payload.$'].includes(name)) {
      throw new ConfigInvalid(`the parameter ${name} of lambda:invoke is not supported`);
    }
  }
}

function checkMap(state: MapState): void {
  if (state.ItemsPath !== undefined) parsePath(state.ItemsPath);
  checkTemplate(state.ItemSelector);
}

function checkRules(kind: string, rules: readonly (Retrier | Catcher)[]): void {
  rules.forEach(({ ErrorEquals }, index) => {
    if (!ErrorEquals.includes('States.ALL')) return;
    if (ErrorEquals.length > 1 || index < rules.length - 1) {
      throw new ConfigInvalid(`States.ALL must stand alone, in the last rule of ${kind}`);
    }
  });
}

function checkFail(state: Extract<State, { Type: 'Fail' }>): void {
  for (const text of [state.ErrorPath, state.CausePath]) {
    if (text !== undefined) parseExpression(text);
  }
  if (state.Error !== undefined && state.ErrorPath !== undefined) {
    throw new ConfigInvalid('takes Error or ErrorPath, not both');
  }
  if (state.Cause !== undefined && state.CausePath !== undefined) {
    throw new ConfigInvalid('takes Cause or CausePath, not both');
  }
}
