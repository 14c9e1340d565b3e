import { expect, test } from '@jest/globals';
import { differentFamilies, familyOf } from '../../lib/domain/model-family.ts';
import { policySchema } from '../../lib/domain/policy.ts';
import type { ModelChoice, RunSettings } from '../../lib/domain/run.ts';
import { termsOf } from '../../lib/domain/terms.ts';

test.each([
  ['claude-sonnet-5-5', 'claude'],
  ['eu.anthropic.claude-opus-5-v1:0', 'claude'],
  ['gpt-6.1-sol', 'gpt'],
  ['o4-mini', 'gpt'],
  ['qwen3-coder:30b', 'qwen'],
  ['Codestral-25', 'mistral'],
  ['our-own-model', undefined],
  ['deepseek-r1-distill-llama-70b', undefined],
])('%s is of family %s', (model, family) => {
  expect(familyOf(model)).toBe(family);
});

const settings = (coder: string, reviewer: string, provider: ModelChoice['provider']) =>
  ({
    model: { provider, model: coder },
    roleModels: { reviewer: { provider, model: reviewer } },
    budget: { dollars: 1, tokens: 1, turns: 1 },
    sandbox: 'process',
  }) satisfies RunSettings;
const strict = policySchema.parse({ version: 1, review: { otherFamily: true } });

test('a repository that asks for another family has it recorded, or the run refused', () => {
  const held = termsOf(settings('claude-x', 'gpt-x', 'openai-compatible'), strict);
  expect(held.families).toEqual({ coder: 'claude', reviewer: 'gpt' });
  const same = settings('claude-x', 'claude-y', 'anthropic');
  expect(() => termsOf(same, strict)).toThrow(/review\.otherFamily: the coder is claude-x/);
  expect(termsOf(same, policySchema.parse({ version: 1 }))).not.toHaveProperty('families');
  expect(termsOf({ ...same, ...settings('a', 'a', 'replay') }, strict)).not.toHaveProperty(
    'families',
  );
});

test('whichever model of either chain plays, it is of another family', () => {
  const chain = (model: ModelChoice, ...others: string[]): ModelChoice => ({
    ...model,
    fallbacks: others.map((name) => ({ ...model, model: name })),
  });
  const { model, roleModels, ...rest } = settings('claude-x', 'gpt-x', 'openai-compatible');
  const own = (coders: string[], reviewers: string[]): RunSettings => ({
    ...rest,
    model: chain(model, ...coders),
    roleModels: { reviewer: chain(roleModels.reviewer, ...reviewers) },
  });
  expect(termsOf(own(['qwen-x', 'claude-y'], ['glm-5']), strict).families).toEqual({
    coder: 'claude or qwen',
    reviewer: 'gpt or glm',
  });
  const said = (coder: string, reviewer: string) =>
    new RegExp(`otherFamily: the coder is ${coder} .*, the reviewer ${reviewer} `);
  expect(() => termsOf(own(['gpt-y'], []), strict)).toThrow(said('gpt-y', 'gpt-x'));
  expect(() => termsOf(own([], ['claude-y']), strict)).toThrow(said('claude-x', 'claude-y'));
  expect(() => termsOf(own([], ['our-own']), strict)).toThrow(said('claude-x', 'our-own'));
});

test('a family that no name tells is not taken for another', () => {
  expect(() => differentFamilies(['claude-x'], ['our-own'])).toThrow(/our-own \(family unknown\)/);
});
