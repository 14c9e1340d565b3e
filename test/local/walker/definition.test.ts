import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadDefinition } from '../../../lib/local/walker/definition.ts';
import { invoke, machine, runTask } from './walking.ts';

const end = { End: true };
const pass = { Type: 'Pass', ...end };
const load = (definition: object) => loadDefinition(JSON.stringify(definition), {});

test('placeholders are filled in; the digest is of the text before', () => {
  const placeholder = `$${'{Open}'}`;
  const text = JSON.stringify(machine({ A: invoke(placeholder, end) }));
  const loaded = loadDefinition(text, { Open: 'a "quoted" \\ name', Unused: 'x' });
  expect(loaded.definition.States.A).toMatchObject({
    Parameters: { FunctionName: 'a "quoted" \\ name' },
  });
  expect(loaded.digest).toBe(createHash('sha256').update(text).digest('hex'));
  expect(() => loadDefinition(text, {})).toThrow(`state machine: ${placeholder} has no value`);
  expect(() => loadDefinition(text, Object.create({ Open: 'inherited' }))).toThrow(/no value/);
});

test('the lifecycle is within the subset', () => {
  const file = new URL('../../../statemachines/issue-run.asl.json', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, name]);
  expect(loadDefinition(text, Object.fromEntries(names)).definition.States).toBeDefined();
});

describe('features that the walker does not have are refused, by name', () => {
  test.each<[string, object, RegExp]>([
    [
      'Wait',
      machine({ A: { Type: 'Wait', Seconds: 1, ...end } }),
      /States\.A.*other states are not supported/,
    ],
    ['JSONata', { QueryLanguage: 'JSONata', ...machine({ A: pass }) }, /QueryLanguage/],
    ['Assign', machine({ A: { ...pass, Assign: { x: 1 } } }), /Assign/],
    [
      'a task token',
      machine({
        A: { ...invoke('f', end), Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' },
      }),
      /Resource/,
    ],
    [
      'another service',
      machine({ A: { ...invoke('f', end), Resource: 'arn:aws:states:::sqs:sendMessage' } }),
      /Resource/,
    ],
    [
      'heartbeats',
      machine({ A: invoke('f', { HeartbeatSeconds: 5, ...end }) }),
      /HeartbeatSeconds/,
    ],
    [
      'no time limit',
      machine({ A: { ...invoke('f', end), TimeoutSeconds: undefined } }),
      /States\.A\.TimeoutSeconds/,
    ],
    [
      'a time limit beyond a timer',
      machine({ A: runTask({ TimeoutSeconds: 2_147_484, ...end }) }),
      /TimeoutSeconds/,
    ],
    [
      'random delays',
      machine({ A: runTask({ Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'FULL' }], ...end }) }),
      /JitterStrategy/,
    ],
    [
      'a distributed Map',
      machine({
        A: {
          Type: 'Map',
          ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...machine({ B: pass }) },
          ...end,
        },
      }),
      /Mode/,
    ],
    ['Retry on Pass', machine({ A: { ...pass, Retry: [] } }), /Retry/],
    ['Catch on Choice', machine({ A: { Type: 'Choice', Choices: [], Catch: [] } }), /Catch/],
    [
      'a rule for States.Runtime',
      machine({ A: runTask({ Catch: [{ ErrorEquals: ['States.Runtime'], Next: 'A' }], ...end }) }),
      /no error named States\.Runtime/,
    ],
    [
      'a qualifier',
      machine({
        A: runTask({ ...invoke('f', end), Parameters: { FunctionName: 'f', Qualifier: '1' } }),
      }),
      /Qualifier/,
    ],
    [
      'UUID',
      machine({ A: { ...pass, Parameters: { 'x.$': 'States.UUID()' } } }),
      /A: States\.UUID is not supported/,
    ],
    [
      'a time',
      machine({ A: runTask({ ...end, Parameters: { 'x.$': '$$.State.EnteredTime' } }) }),
      /\$\$\.State\.EnteredTime/,
    ],
    ['a Result of null', machine({ A: { ...pass, Result: null } }), /Result: null/],
    ['a filter', machine({ A: { ...pass, InputPath: '$.a[*]' } }), /\[\*\]/],
    ['ResultPath into an array', machine({ A: { ...pass, ResultPath: '$.a[0]' } }), /ResultPath/],
    ['a name that a journal path could not hold', machine({ 'A/0': pass }), /A\/0/],
  ])('%s', (_name, definition, message) => {
    expect(() => load(definition)).toThrow(message);
  });
});

describe('a machine that could not be walked is refused', () => {
  test.each<[string, object, RegExp]>([
    ['no such start', { StartAt: 'B', States: { A: pass } }, /leads to B/],
    ['no such target', machine({ A: { Type: 'Pass', Next: 'B' } }), /leads to B/],
    ['an inherited name', machine({ A: { Type: 'Pass', Next: 'toString' } }), /leads to toString/],
    [
      'a target outside the branch',
      machine({
        A: { Type: 'Parallel', Branches: [machine({ B: { Type: 'Pass', Next: 'C' } })], Next: 'C' },
        C: pass,
      }),
      /leads to C/,
    ],
    ['never reached', machine({ A: pass, B: pass }), /nothing leads to B/],
    ['neither Next nor End', machine({ A: { Type: 'Pass' } }), /A: needs either Next or End/],
    ['both Next and End', machine({ A: { ...pass, Next: 'A' } }), /A: needs either/],
    [
      'one name twice',
      machine({ A: { Type: 'Parallel', Branches: [machine({ A: pass })], ...end } }),
      /name A is used twice/,
    ],
    [
      'States.ALL beside another',
      machine({ A: runTask({ Retry: [{ ErrorEquals: ['States.ALL', 'X'] }], ...end }) }),
      /States\.ALL must stand alone/,
    ],
    [
      'States.ALL before another',
      machine({
        A: runTask({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }], ...end }),
      }),
      /last rule of Retry/,
    ],
    [
      'two sources of an error',
      machine({ A: { Type: 'Fail', Error: 'X', ErrorPath: '$.x' } }),
      /Error or ErrorPath/,
    ],
    [
      'a bad condition',
      machine({ A: { Type: 'Choice', Choices: [{ Variable: '$.a', Next: 'B' }] }, B: pass }),
      /A: a Choice rule/,
    ],
  ])('%s', (_name, definition, message) => {
    expect(() => load(definition)).toThrow(message);
  });

  test('no JSON', () => {
    expect(() => loadDefinition('{', {})).toThrow(/state machine: not JSON/);
    expect(() => loadDefinition('[]', {})).toThrow(/state machine: definition/);
  });
});
