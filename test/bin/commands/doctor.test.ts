import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
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

test('--model-call asks for one token', async () => {
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
