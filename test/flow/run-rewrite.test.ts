import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk, outcomeOf } from '../bin/command-line.ts';
import { type Files, git, issueText, mended, repositoryAt, sums, treeWith } from '../bin/sums.ts';
import {
  type ScriptedConversation,
  type ScriptedRequest,
  type ScriptedTurn,
  startScriptedModel,
} from '../fakes/scripted-model.ts';

const at = desk();
afterAll(() => at.remove());

const says = (text: string): ScriptedTurn => ({ content: [{ type: 'text', text }] });
const json = (value: unknown) => says(JSON.stringify(value));
const files = (written: Files) =>
  says(
    Object.entries(written)
      .map(([path, text]) => `\`\`\`js ${path}\n${text}\`\`\``)
      .join('\n\n'),
  );
const reader = (...turns: ScriptedTurn[]) => ({ when: 'You read one issue', turns });
const coder = (...turns: ScriptedTurn[]) => ({ when: 'You are the coder', turns });
const reviewer = (...turns: ScriptedTurn[]) => ({ when: 'You review a change', turns });

const reading = {
  decision: 'plan',
  reason: '',
  title: 'Add up all numbers',
  summary: 'sum leaves out the first number.',
  files: ['src/sum.js'],
  criteria: ['sum([1, 2, 3]) is 6'],
  testStrategy: 'Extend test/sum.test.js.',
  examples: ['`sum([1, 2, 3])` gives 5, not 6.'],
};
const approval = { summary: 'It does what the plan asks.', comments: [], verdict: 'approve' };
const reads = reader(json(reading));
const approves = reviewer(json(approval));
const talk = says('I would change the slice.');
const mute = coder(talk, talk);

/** The sums whose tests don't show the bug. */
const zero = sums['test/sum.test.js'].split('\n').slice(0, 5).join('\n');
const blind = { ...sums, 'test/sum.test.js': `${zero}\n` };
const newTest = `${zero}\ntest('all numbers', () => assert.equal(sum([1, 2, 3]), 6));\n`;
const uselessTest = `${zero}\ntest('one', () => assert.equal(sum([0]), 0));\n`;

async function runWith(
  turns: readonly ScriptedConversation[],
  options: { readonly files?: Files; readonly refuses?: readonly string[] } = {},
) {
  const repo = repositoryAt(join(at.root, `sums-${crypto.randomUUID()}`), options.files ?? sums);
  const base = git(repo, 'rev-parse', 'HEAD');
  const issue = join(at.root, 'bug.md');
  writeFileSync(issue, issueText);
  const server = await startScriptedModel({ turns, refuses: options.refuses ?? [] });
  const args = ['run', '--repo', repo, '--issue', issue, '--yes', '--json', '--sandbox', 'process'];
  const model = ['--provider', 'openai-compatible', '--base-url', server.openaiUrl];
  const ended = await at.entropy([...args, ...model, '--model', 'a', '--strategy', 'rewrite']);
  await server.close();
  return { repo, base, code: ended.code, outcome: outcomeOf(ended), requests: server.requests };
}

const promptOf = ({ body }: ScriptedRequest) => JSON.stringify(body.messages);

test('a change that the tests ask for is handed over, without any tool', async () => {
  const end = await runWith([reads, coder(files(mended)), approves]);
  expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
  expect(end.outcome.evidence).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
  expect(git(end.repo, 'rev-parse', `${end.outcome.branch}^{tree}`)).toBe(
    treeWith(end.repo, end.base, mended),
  );
  expect(end.requests.every(({ body }) => body.tools === undefined)).toBe(true);
  const forms = end.requests.map(({ body }) => body.response_format?.json_schema?.name ?? null);
  expect(forms).toEqual(['reading', null, 'review']);
  expect(promptOf(end.requests[1] as ScriptedRequest)).toContain('slice(1)');
  const verified = await at.entropy(['audit', 'verify', end.outcome.run]);
  expect(verified.code).toBe(0);
  const replayed = await at.entropy(['replay', end.outcome.run]);
  expect(replayed.code).toBe(0);
});

describe('where the tests do not show the bug', () => {
  test('a test is written first that fails on the base, and frozen while the source is mended', async () => {
    const cheat = { ...mended, 'test/sum.test.js': `${zero}\n` };
    const end = await runWith(
      [
        reads,
        coder(
          files({ 'test/sum.test.js': uselessTest }),
          files({ 'test/sum.test.js': newTest, 'src/sum.js': 'let nothing;\n' }),
        ),
        coder(files(cheat)),
        approves,
      ],
      { files: blind },
    );
    expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
    expect(end.outcome.evidence?.proof).toEqual(['test/sum.test.js > all numbers']);
    const tree = treeWith(end.repo, end.base, { ...mended, 'test/sum.test.js': newTest });
    expect(git(end.repo, 'rev-parse', `${end.outcome.branch}^{tree}`)).toBe(tree);
    expect(promptOf(end.requests[2] as ScriptedRequest)).toContain('none of them shows');
    expect(promptOf(end.requests[3] as ScriptedRequest)).toContain('all numbers');
  });
});

test('where the rules ask for no test, none is asked for, and a right change is good without', async () => {
  const rules = { '.entropy.yml': 'version: 1\nevidence: { exempt: [src/**] }\n' };
  const source = { 'src/sum.js': mended['src/sum.js'] ?? '' };
  const end = await runWith([reads, coder(files(source)), approves], {
    files: { ...blind, ...rules },
  });
  expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
  expect(end.outcome.evidence).toMatchObject({ verdict: 'good', rule: 'exempt' });
  expect(end.requests).toHaveLength(3);
});

test('a rewrite that breaks a test is told what failed, and the next may be right', async () => {
  const broken = { 'src/sum.js': 'export const sum = () => 6;\n' };
  const end = await runWith([reads, coder(files(broken), files(mended)), approves]);
  expect(end.outcome).toMatchObject({ outcome: 'handed-over' });
  expect(promptOf(end.requests[2] as ScriptedRequest)).toContain('the sum of nothing is zero');
});

test('a server that knows no response_format is asked for it once; JSON is found in prose', async () => {
  const inProse = says(`Here you are:\n\`\`\`json\n${JSON.stringify(reading)}\n\`\`\``);
  const end = await runWith([reader(inProse), coder(files(mended)), approves], {
    refuses: ['response_format'],
  });
  expect(end.outcome).toMatchObject({ outcome: 'handed-over' });
  expect(end.requests.filter(({ body }) => 'response_format' in body)).toHaveLength(1);
});

describe('a model that can not do it ends in a named outcome', () => {
  test('that repeats itself', async () => {
    const wrong = coder(...Array(3).fill(files({ 'src/sum.js': 'export const sum = () => 0;\n' })));
    const end = await runWith([reads, wrong, wrong, wrong, mute, mute]);
    expect(end.code).toBe(5);
    expect(end.outcome).toMatchObject({ outcome: 'failed', branch: null });
    expect(end.outcome.error).toMatchObject({
      name: 'AgentStuck',
      message: expect.stringContaining('5 of them the same as one before'),
    });
  });

  test('that writes outside the repository and talks instead of writing', async () => {
    const outside = files({ '../../../escape.js': 'let x;\n', '/etc/passwd': 'x\n' });
    const end = await runWith([reads, coder(outside, talk), mute, mute]);
    expect(end.outcome.error).toMatchObject({ name: 'AgentStuck' });
    expect(promptOf(end.requests[2] as ScriptedRequest)).toContain('is not a path of this');
  });

  test('whose plan fits no form, three times', async () => {
    const end = await runWith([reader(says('no'), json({ decision: 'plan' }), says('{'))]);
    expect(end.code).toBe(5);
    expect(end.outcome.error).toMatchObject({ name: 'HandoffInvalid' });
    expect(end.requests.map(({ turn }) => turn)).toEqual([1, 2, 3]);
  });
});

test('a question and a refusal end the run as they do with tools', async () => {
  const asks = await runWith([reader(json({ decision: 'question', reason: 'Which sum?' }))]);
  expect(asks.outcome).toMatchObject({ outcome: 'question', note: 'Which sum?' });
  const refuses = await runWith([reader(json({ decision: 'refusal', reason: 'Spam.' }))]);
  expect(refuses.outcome).toMatchObject({ outcome: 'refused', note: 'Spam.' });
});
