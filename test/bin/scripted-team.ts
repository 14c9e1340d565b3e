import type {
  ScriptedConversation,
  ScriptedPart,
  ScriptedRequest,
  ScriptedTurn,
} from '../fakes/scripted-model.ts';
import type { Files } from './sums.ts';

/** Where each role's system prompt is known by. */
const prompts = {
  reader: 'You read one issue',
  coder: 'You are the coder',
  reviewer: 'You review a change',
} as const;

/** One turn that calls the tools given, in that order. */
export function calls(...parts: readonly [name: string, input: Record<string, unknown>][]) {
  return {
    content: parts.map(([name, input]): ScriptedPart => ({ type: 'tool_use', name, input })),
  } satisfies ScriptedTurn;
}

/** One conversation of a role. */
export function conversation(
  role: keyof typeof prompts,
  ...turns: readonly ScriptedTurn[]
): ScriptedConversation {
  return { when: prompts[role], turns };
}

/** A plan for the bug in `sums`. */
export const plan = {
  title: 'Add up all numbers',
  summary: 'sum leaves out the first number.',
  criteria: ['sum([1, 2, 3]) is 6'],
  files: ['src/sum.js'],
  testStrategy: 'The test in test/sum.test.js fails today.',
  excerpts: [],
};

/** Reads the issue and leaves the plan. */
export const reads = conversation('reader', calls(['submit_plan', plan]));

/** Makes the change and submits it. */
export function codes(files: Files): ScriptedConversation {
  const made = Object.entries(files).map(([path, content]): [string, Record<string, unknown>] =>
    content === null ? ['shell', { command: `rm '${path}'` }] : ['create', { path, content }],
  );
  return conversation('coder', calls(...made), submits);
}

/** Hands the change over as it stands. */
export const submits = calls([
  'submit',
  { title: 'Add up all numbers', body: 'The first number was left out by a slice.' },
]);

/** Reviews. */
export function reviews(verdict: 'approve' | 'request-changes', summary = 'Read it all.') {
  return conversation('reviewer', calls(['submit', { verdict, summary, comments: [] }]));
}

/** The text of all tool results that a model was told in a request. */
export function toldIn(request: ScriptedRequest): string {
  return JSON.stringify(request.body.messages);
}
