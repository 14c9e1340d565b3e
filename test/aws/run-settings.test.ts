import { expect, test } from '@jest/globals';
import { functionEnvironment } from '../../lib/aws/environment.ts';
import { runSettings } from '../../lib/aws/run-settings.ts';
import { defaultBudget } from '../../lib/domain/budget.ts';

const settingsOf = (text?: string) =>
  runSettings(functionEnvironment({ ENTROPY_RUN_SETTINGS: text }));
const model = { provider: 'anthropic', model: 'claude-opus-4-5' };
const local = { provider: 'openai-compatible', model: 'qwen', baseUrl: 'https://models.test/v1' };

test.each([undefined, ''])('what the operator left out is filled in: %j', (text) => {
  expect(settingsOf(text)).toEqual({
    model: { provider: 'anthropic', model: 'claude-sonnet-5-5' },
    roleModels: {},
    budget: defaultBudget,
    sandbox: 'fargate',
  });
});

test('what the operator chose stands', () => {
  const chosen = { model, roleModels: { reviewer: local }, budget: { dollars: 1 } };
  expect(settingsOf(JSON.stringify({ ...chosen, strategy: 'rewrite' }))).toEqual({
    model,
    roleModels: { reviewer: local },
    budget: { ...defaultBudget, dollars: 1 },
    sandbox: 'fargate',
    strategy: 'rewrite',
  });
});

test('models that stand in for one are listed with it, and have none of their own', () => {
  const chain = { ...model, fallbacks: [local] };
  expect(settingsOf(JSON.stringify({ model: chain })).model).toEqual(chain);
  const nested = { ...model, fallbacks: [{ ...local, fallbacks: [model] }] };
  expect(() => settingsOf(JSON.stringify({ model: nested }))).toThrow(/fallbacks/);
  const long = { ...model, fallbacks: Array(5).fill(local) };
  expect(() => settingsOf(JSON.stringify({ model: long }))).toThrow(/at model\.fallbacks/);
});

test.each([
  ['{', /not JSON/],
  ['[]', /expected object/],
  ['{}', /at model/],
  [JSON.stringify({ model: { ...model, provider: 'replay' } }), /at model\.provider/],
  [JSON.stringify({ model: { ...local, baseUrl: 'models' } }), /at model\.baseUrl/],
  [JSON.stringify({ model, roleModels: { verifier: model } }), /verifier.*\n.*at roleModels/],
  [JSON.stringify({ model, budget: { tokens: 0 } }), /at budget\.tokens/],
  [JSON.stringify({ model, sandbox: 'process' }), /sandbox/],
])('%s is refused by what is wrong with it', (text, message) => {
  const fault = { name: 'ConfigInvalid', message: expect.stringMatching(message) };
  expect(() => settingsOf(text)).toThrow(expect.objectContaining(fault));
});

test('every fault is told at once', () => {
  const text = JSON.stringify({ model: { ...model, model: '' }, budget: { turns: -1 } });
  expect(() => settingsOf(text)).toThrow(/at model\.model[\s\S]*at budget\.turns/);
});
