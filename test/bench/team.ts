import type { ScriptedPart } from '../fakes/scripted-model.ts';
import type { Says } from './instant-model.ts';

/** The smallest repository there can be: one wrong function and its test. */
export const tiny = {
  'package.json': '{ "name": "sums", "type": "module", "scripts": { "test": "node --test" } }\n',
  'sum.js': 'export const sum = (a, b) => a - b;\n',
  'sum.test.js': `import { test } from 'node:test';
import assert from 'node:assert/strict';
import { sum } from './sum.js';
test('nothing and nothing', () => assert.equal(sum(0, 0), 0));
`,
} as const;

export const tinyIssue = '# sum subtracts\n\nsum(1, 2) should be 3.\n';

const call = (name: string, input: Record<string, unknown>): ScriptedPart => ({
  ...{ type: 'tool_use', name, input },
});

const plan = call('submit_plan', {
  title: 'Add instead of subtracting',
  summary: 'sum subtracts.',
  criteria: ['sum(1, 2) is 3'],
  files: ['sum.js', 'sum.test.js'],
  testStrategy: 'A test of sum(1, 2) in sum.test.js.',
  excerpts: [],
});
const change = [
  call('edit', { path: 'sum.js', old: 'a - b', new: 'a + b' }),
  call('edit', {
    path: 'sum.test.js',
    old: "test('nothing",
    new: "test('one and two', () => assert.equal(sum(1, 2), 3));\ntest('nothing",
  }),
  call('submit', { title: 'Add instead of subtracting', body: 'sum subtracted.' }),
];
const approval = call('submit', { verdict: 'approve', summary: 'It adds.', comments: [] });

/** Mends `tiny`; the coder first takes so many turns, in each of which it calls one tool. */
export function teamThat(
  turns = 0,
  tool: (turn: number) => readonly [name: string, input: Record<string, unknown>] = () => [
    'view',
    { path: 'sum.js' },
  ],
): Says {
  return (system, turn) => {
    if (system.startsWith('You read one issue')) return [plan];
    if (system.startsWith('You review a change')) return [approval];
    return turn <= turns ? [call(...tool(turn))] : change;
  };
}
