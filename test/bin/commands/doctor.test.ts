import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startScriptedModel } from '../../fakes/scripted-model.ts';
import { desk, jsonLines } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());

test('nothing set up: warnings say what is missing, exit 0, and nothing is made', async () => {
  const { code, out } = await at.entropy(['doctor']);
  expect(code).toBe(0);
  expect(out).toMatch(/^ok +node +v\d+/m);
  expect(out).toMatch(
    /^warning +model server +none is set up\n +-> no model to ask: set ANTHROPIC/m,
  );
  expect(out).toMatch(/^warning +github +not set up/m);
  expect(existsSync(at.dataDir)).toBe(false);
});

test('settings with faults are told, and all the rest is looked at; exit 1', async () => {
  const key = join(at.root, 'key');
  writeFileSync(key, 'quiet-harbour', { mode: 0o644 });
  const env = {
    OPENAI_API_KEY_FILE: key,
    ENTROPY_PORT: 'x',
    GITHUB_TOKEN: 't-o-k',
    ENTROPY_GITHUB_API: 'http://127.0.0.1:9',
  };
  const told = await at.entropy(['doctor', '--json'], env);
  expect(told.code).toBe(1);
  expect(told.out + told.err).not.toMatch(/quiet-harbour|t-o-k/);
  const [report] = jsonLines(told);
  expect(report).toMatchObject({ type: 'doctor', ok: false });
  const errors = report.findings.filter(({ state }: { state: string }) => state === 'error');
  expect(errors).toEqual([
    expect.objectContaining({ detail: expect.stringMatching(/^ENTROPY_PORT: /) }),
    expect.objectContaining({ detail: expect.stringMatching(/readable to others: chmod 600/) }),
    expect.objectContaining({ name: 'github' }),
  ]);
});

test('--model-call asks for a few tokens', async () => {
  const turns = [
    {
      when: 'Answer with one word',
      turns: [{ content: [{ type: 'text' as const, text: 'Yes' }] }],
    },
  ];
  const model = await startScriptedModel({ turns });
  const args = ['doctor', '--json', '--base-url', model.openaiUrl, '--model', 'a-model'];
  const env = { OPENAI_API_KEY: 'k' };
  await at.entropy(args, env);
  expect(model.requests).toEqual([]);
  const [report] = jsonLines(await at.entropy([...args, '--model-call'], env));
  expect(report.findings).toContainEqual(
    expect.objectContaining({ name: 'model call', state: 'ok' }),
  );
  expect(model.requests.length).toBe(1);
  await model.close();
});

const says = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const oneWord = { when: 'Answer with one word', turns: [says('Yes')] };
/** Calls over a protocol of engines have no system prompt. */
const any = { when: '', turns: [says('Yes')] };
type Named = { readonly name: string; readonly state: string; readonly detail: string };
const onModels = (report: { findings: Named[] }) =>
  report.findings.filter(({ name }) => name.startsWith('model'));

describe('--wires', () => {
  const asked = async (wires: string, refuses: readonly string[] = []) => {
    const model = await startScriptedModel({ turns: [oneWord, any, any, any], refuses });
    const server = ['--base-url', model.openaiUrl, '--model', 'a-model', '--wires', wires];
    const ended = await at.entropy(['doctor', '--json', ...server, '--model-call']);
    await model.close();
    const [report] = jsonLines(ended);
    const paths = model.requests.map(({ protocol }) => protocol);
    return { code: ended.code, found: onModels(report), paths };
  };

  test('asks over each protocol that the server is said to speak', async () => {
    const { found, paths } = await asked('messages,responses,chat-completions');
    expect(paths).toEqual(['openai', 'anthropic', 'responses', 'openai']);
    expect(found.slice(1).map(({ name, state }) => [name, state])).toEqual([
      ['model call', 'ok'],
      ['model call, messages', 'ok'],
      ['model call, responses', 'ok'],
      ['model call, chat-completions', 'ok'],
    ]);
  });

  test('says which of them it does not', async () => {
    const { code, found } = await asked('responses,messages', ['max_output_tokens']);
    expect(code).toBe(1);
    const at = (name: string) => found.find((each) => each.name === `model call, ${name}`);
    expect(at('messages')).toMatchObject({ state: 'ok' });
    expect(at('responses')).toMatchObject({
      state: 'error',
      detail: expect.stringContaining("Unknown parameter: 'max_output_tokens'"),
      fix: 'leave responses out of --wires',
    });
  });

  test('is a fault where what the provider speaks is known', async () => {
    const env = { OPENAI_API_KEY: 'k' };
    const args = ['doctor', '--provider', 'openai', '--model', 'm', '--wires', 'messages'];
    const { out } = await at.entropy(args, env);
    expect(out).toMatch(/--wires is for openai-compatible; what openai speaks is known/);
  });
});

describe('PROVIDER:MODEL', () => {
  test('every model that may be asked is looked at, of roles and of chains, each once', async () => {
    const [own, other] = [
      await startScriptedModel({ turns: [oneWord, oneWord] }),
      await startScriptedModel({ turns: [oneWord] }),
    ];
    const chain = `openai:gpt-a@${other.openaiUrl},claude-a`;
    const roles = ['--role-model', `coder=${chain}`, '--role-model', 'reviewer=claude-a,claude-b'];
    const server = ['--provider', 'anthropic', '--base-url', own.anthropicUrl, '--model'];
    const env = { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'o' };
    const args = ['doctor', '--json', ...server, 'claude-a', ...roles, '--model-call'];
    const [report] = jsonLines(await at.entropy(args, env));
    await own.close();
    await other.close();
    const called = onModels(report).filter(({ name }) => name === 'model call');
    expect(called.map(({ state, detail }) => [state, detail.split(': ')[0]])).toEqual([
      ['ok', 'anthropic:claude-a'],
      ['ok', 'openai:gpt-a'],
      ['ok', 'anthropic:claude-b'],
    ]);
    expect(own.requests.map(({ model, key }) => [model, key])).toEqual([
      ['claude-a', 'k'],
      ['claude-b', 'k'],
    ]);
    expect(other.requests).toMatchObject([{ protocol: 'responses', model: 'gpt-a', key: 'o' }]);
  });

  test('one whose provider has no key is told with the setting', async () => {
    const args = ['doctor', '--role-model', 'reviewer=openai:gpt-a'];
    const { out } = await at.entropy(args, { ANTHROPIC_API_KEY: 'k' });
    expect(out).toMatch(/openai needs a key: set OPENAI_API_KEY_FILE/);
  });
});
