import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines, outcomeOf } from '../bin/command-line.ts';
import { calls, conversation, reads, reviews, submits } from '../bin/scripted-team.ts';
import { git, issueText, mended, repositoryAt, sums, treeWith } from '../bin/sums.ts';
import { modelKey } from '../bin/team-run.ts';
import {
  type ScriptedConversation,
  type ScriptedTurn,
  startScriptedModel,
} from '../fakes/scripted-model.ts';

const at = desk();
afterAll(() => at.remove());

const overloaded: ScriptedTurn = { failures: [{ status: 529, retryAfterMs: 1 }] };
const never: ScriptedTurn = { content: [{ type: 'text', text: 'never asked for' }] };

/** A run whose models are Claude at one server, and a Qwen at another that stands in for it. */
async function runWith(
  own: readonly ScriptedConversation[],
  standby: readonly ScriptedConversation[],
  options: {
    readonly args?: readonly string[];
    readonly rules?: string;
    readonly own?: 'anthropic' | 'openai';
    readonly env?: Readonly<Record<string, string>>;
  } = {},
) {
  const rules = options.rules === undefined ? {} : { '.entropy.yml': options.rules };
  const repo = repositoryAt(join(at.root, `sums-${crypto.randomUUID()}`), { ...sums, ...rules });
  const issue = join(at.root, 'bug.md');
  writeFileSync(issue, issueText);
  const first = await startScriptedModel({ turns: own });
  const second = await startScriptedModel({ turns: standby });
  const { own: kind = 'anthropic' } = options;
  const model = `claude-sonnet-5-5,openai-compatible:qwen-x@${second.openaiUrl}`;
  const args = ['run', '--repo', repo, '--issue', issue, '--yes', '--json', '--sandbox', 'process'];
  const provider = ['--provider', kind, '--base-url', first[`${kind}Url`]];
  const env = options.env ?? { ANTHROPIC_API_KEY: modelKey };
  const more = ['--model', model, ...(options.args ?? [])];
  const ended = await at.entropy([...args, ...provider, ...more], env);
  await first.close();
  await second.close();
  return { repo, ended, outcome: outcomeOf(ended), first, second };
}

test('a run goes on with the next model in the middle of a stage, says so, and replays to the same tree', async () => {
  const edit = calls(['create', { path: 'src/sum.js', content: mended['src/sum.js'] }]);
  const { repo, ended, outcome, first, second } = await runWith(
    [reads, conversation('coder', edit, overloaded), reviews('approve')],
    [conversation('coder', never, submits)],
  );
  expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
  expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(
    treeWith(repo, git(repo, 'rev-parse', 'HEAD'), mended),
  );
  const [from, to] = ['anthropic:claude-sonnet-5-5', 'openai-compatible:qwen-x'];
  const why = expect.stringMatching(/529/);
  const switches = [{ role: 'coder', round: 1, attempt: 1, turn: 2, from, to, why }];
  expect(outcome.switches).toEqual(switches);
  // The reviewer begins with the first again.
  expect(second.requests).toHaveLength(1);
  expect(first.requests.at(-1)?.system).toContain('You review a change');
  expect(ended.err).toContain(`model        ${from}, else ${to}`);
  expect(ended.err).toMatch(/priced by the dearest: \$2\.00 in, \$10\.00 out per million tokens/);
  expect(ended.err).toMatch(/at most +\$5\.00 \(priced models only\)/);

  const text = readFileSync(fileURLToPath(outcome.pullRequest?.url ?? ''), 'utf8');
  expect(text).toContain('- coder: `claude-sonnet-5-5, qwen-x`');
  expect(text).toContain('- issue-reader: `claude-sonnet-5-5`');
  expect(text).toContain('- reviewer: `claude-sonnet-5-5, else qwen-x`');
  const message = git(repo, 'log', '-1', '--format=%B', String(outcome.branch));
  expect(message).toContain('Entropy-Model: coder claude-sonnet-5-5, qwen-x');

  const status = await at.entropy(['status', outcome.run]);
  expect(status.out).toContain(`switched      coder, round 1, turn 2: ${from} -> ${to}: `);
  const [one] = jsonLines(await at.entropy(['status', outcome.run, '--json']));
  expect(one).toMatchObject({ type: 'run', id: outcome.run, switches });
  const logs = await at.entropy(['logs', outcome.run]);
  expect(logs.out).toContain(`coder: ${from} can't be had, ${to} goes on`);

  expect((await at.entropy(['audit', 'verify', outcome.run])).code).toBe(0);
  const replayed = await at.entropy(['replay', outcome.run, '--json']);
  expect(replayed.code).toBe(0);
  const tree = outcome.evidence?.tree;
  expect(jsonLines(replayed).at(-1)).toMatchObject({
    same: true,
    recorded: [tree],
    replayed: [tree],
  });
}, 180_000);

test('whole files in and out go on with it as well; a chain may stand in .entropy.yml', async () => {
  const says = (text: string): ScriptedTurn => ({ content: [{ type: 'text', text }] });
  const reading = {
    ...{ decision: 'plan', reason: '', title: 'Add up all numbers', files: ['src/sum.js'] },
    summary: 'sum leaves out the first number.',
    criteria: ['sum([1, 2, 3]) is 6'],
    testStrategy: 'Extend test/sum.test.js.',
    examples: ['`sum([1, 2, 3])` gives 5, not 6.'],
  };
  const approval = { summary: 'It does what the plan asks.', comments: [], verdict: 'approve' };
  const file = `\`\`\`js src/sum.js\n${mended['src/sum.js']}\`\`\``;
  const down = (role: 'reader' | 'coder' | 'reviewer') => conversation(role, overloaded);
  const { outcome, second } = await runWith(
    [down('reader'), down('coder'), down('reviewer')],
    [
      conversation('reader', says(JSON.stringify(reading))),
      conversation('coder', says(file)),
      conversation('reviewer', says(JSON.stringify(approval))),
    ],
    {
      args: ['--strategy', 'rewrite'],
      rules:
        'version: 1\nroles: { coder: { model: [claude-opus-5, "openai-compatible:gpt-6.1-sol"] } }\n',
    },
  );
  expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
  expect(second.requests.map(({ model }) => model)).toEqual(['qwen-x', 'gpt-6.1-sol', 'qwen-x']);
  expect(outcome.switches.map(({ role, from }) => [role, from])).toEqual([
    ['issue-reader', 'anthropic:claude-sonnet-5-5'],
    ['coder', 'anthropic:claude-opus-5'],
    ['reviewer', 'anthropic:claude-sonnet-5-5'],
  ]);
}, 180_000);

test('where no model can be had, the run ends with the reasons of each', async () => {
  const down = [conversation('reader', overloaded)];
  const { ended, outcome } = await runWith(down, down);
  expect(ended.code).toBe(5);
  expect(outcome.error).toMatchObject({
    name: 'ModelFailed',
    message: expect.stringMatching(
      /no model of the chain took the call\. anthropic:claude-sonnet-5-5: .*529.*; openai-compatible:qwen-x: .*529/,
    ),
  });
}, 180_000);

test.each([
  ['none', {}],
  ['of-qwen', { OPENAI_COMPATIBLE_API_KEY: 'of-qwen' }],
])(
  'OpenAI’s key stays at its server; the one that stands in is told: %s',
  async (key, more) => {
    const down = [conversation('reader', overloaded)];
    const { outcome, first, second } = await runWith(down, down, {
      own: 'openai',
      env: { OPENAI_API_KEY: modelKey, ...more },
    });
    expect(outcome.error).toMatchObject({ name: 'ModelFailed' });
    const keysAt = ({ requests }: typeof first) => [...new Set(requests.map((each) => each.key))];
    expect([keysAt(first), keysAt(second)]).toEqual([[modelKey], [key]]);
  },
  180_000,
);

test('a chain that could make coder and reviewer one family is refused where they must differ', async () => {
  const rules = 'version: 1\nreview: { otherFamily: true }\n';
  const { outcome, first, second } = await runWith([], [], {
    rules,
    args: ['--role-model', 'reviewer=openai-compatible:gpt-x@http://127.0.0.1:9/v1,claude-opus-5'],
  });
  expect(outcome.error).toMatchObject({
    name: 'ConfigInvalid',
    message: expect.stringMatching(/the coder is claude-sonnet-5-5 .* the reviewer claude-opus-5/),
  });
  expect([...first.requests, ...second.requests]).toEqual([]);
}, 180_000);
