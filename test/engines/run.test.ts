import { afterAll, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { reads, reviews } from '../bin/scripted-team.ts';
import { git, mended, runBranches, treeWith } from '../bin/sums.ts';
import { modelKey, runToEnd } from '../bin/team-run.ts';
import { type ScriptedTurn, startScriptedModel } from '../fakes/scripted-model.ts';
import { answers, programOf, runs } from './fixtures/words.ts';

const at = desk();
afterAll(() => at.remove());

test('entropy run --engine coder=claude-code ends in the same tree as our own loop', async () => {
  const look = runs('claude-code', 'env; cat /proc/$PPID/environ | tr "\\0" "\\n"; echo looked');
  const mend = runs(
    'claude-code',
    `printf %s '${mended['src/sum.js']?.trim()}' > src/sum.js; echo >> src/sum.js`,
  );
  const title = { title: 'Add up all numbers', body: 'The first number was left out.' };
  const codes = {
    when: 'You are the coder',
    turns: [look, mend, ...answers('claude-code', title)],
  };
  const end = await runToEnd(at, {
    turns: [reads, codes, reviews('approve')],
    args: ['--engine', 'coder=claude-code'],
    env: { ENTROPY_ENGINES: `claude-code=${programOf('claude-code')}` },
  });
  expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
  const { repo, outcome } = end;
  expect(runBranches(repo)).toEqual([outcome.branch]);
  const base = git(repo, 'rev-parse', 'HEAD');
  expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
  // What the commands could see: the door's key, never the provider's and never a session.
  const told = JSON.stringify(end.requests.map(({ body }) => body));
  expect(told).toContain('looked');
  expect(told).toContain('ANTHROPIC_API_KEY=');
  expect(told).not.toContain(modelKey);
  expect(end.requests.every(({ key }) => key === modelKey)).toBe(true);
  expect(end.out).toContain('"kind":"sandbox.engine.ended"');
});

test.each([
  ['claude-code', 'anthropic', 'anthropic', []],
  ['codex', 'openai-compatible', 'responses', ['--wires', 'responses']],
] as const)('%s codes behind a boundary, at %s over %s', async (name, wire, speaks, more) => {
  const mend = `printf %s '${mended['src/sum.js']?.trim()}' > src/sum.js; echo >> src/sum.js`;
  const title = { title: 'Add up all numbers', body: 'The first number was left out.' };
  const codes = {
    when: 'You are the coder',
    turns: [runs(name, mend), ...answers(name, title)],
  };
  const end = await runToEnd(at, {
    turns: [reads, codes, reviews('approve')],
    wire,
    args: ['--sandbox', 'bubblewrap', '--engine', `coder=${name}`, ...more],
    env: { ENTROPY_ENGINES: `${name}=${programOf(name)}` },
  });
  expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
  const { repo, outcome } = end;
  const base = git(repo, 'rev-parse', 'HEAD');
  expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
  const coder = end.requests.filter(({ system }) => system.includes('You are the coder'));
  expect(coder.map(({ protocol }) => protocol)).toEqual([speaks, speaks]);
  expect(end.requests.every(({ key }) => key === modelKey)).toBe(true);
});

test('claude-code goes on at Bedrock where the server before it fails in the middle', async () => {
  const mend = `printf %s '${mended['src/sum.js']?.trim()}' > src/sum.js; echo >> src/sum.js`;
  const title = { title: 'Add up all numbers', body: 'The first number was left out.' };
  const overloaded: ScriptedTurn = { failures: [{ status: 529, retryAfterMs: 1 }] };
  const coder = 'You are the coder';
  const own = { when: coder, turns: [runs('claude-code', mend), overloaded] };
  const standby = await startScriptedModel({
    turns: [{ when: coder, turns: [overloaded, ...answers('claude-code', title)] }],
  });
  const model = `claude-sonnet-5-5,bedrock:anthropic.claude-x@${standby.anthropicUrl}`;
  const role = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: modelKey };
  const end = await runToEnd(at, {
    turns: [reads, own, reviews('approve')],
    args: ['--engine', 'coder=claude-code', '--model', model],
    env: {
      ...{ ...role, AWS_REGION: 'eu-north-1' },
      ENTROPY_ENGINES: `claude-code=${programOf('claude-code')}`,
    },
  });
  await standby.close();
  const { repo, outcome } = end;
  expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
  const base = git(repo, 'rev-parse', 'HEAD');
  expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
  expect(outcome.switches).toMatchObject([
    { role: 'coder', from: 'anthropic:claude-sonnet-5-5', to: 'bedrock:anthropic.claude-x' },
  ]);
  expect(standby.requests.length).toBeGreaterThan(0);
  expect(standby.requests.every(({ bedrock, turn }) => bedrock && turn > 1)).toBe(true);
});

test('an engine that is not there is refused before anything is asked', async () => {
  const end = await runToEnd(at, {
    turns: [],
    args: ['--engine', 'codex'],
    env: { ENTROPY_ENGINES: 'codex=/nowhere/codex' },
  }).catch((error: Error) => error);
  expect(String(end)).toMatch(/no outcome/);
  expect(String(end)).toMatch(/codex speaks responses/);
});
