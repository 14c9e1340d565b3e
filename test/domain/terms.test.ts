import { describe, expect, test } from '@jest/globals';
import { defaultPolicy, policySchema } from '../../lib/domain/policy.ts';
import { defaultLimits } from '../../lib/domain/stage.ts';
import { budgetOf, limitsIn, modelFor, termsOf } from '../../lib/domain/terms.ts';
import { aRun } from '../contract/examples.ts';

const { settings } = aRun('r-1');
const rules = (keys: object) => policySchema.parse({ version: 1, ...keys });

describe('termsOf', () => {
  test('without rules the settings hold', () => {
    const terms = termsOf(settings, defaultPolicy);
    expect(terms.budget).toEqual(settings.budget);
    expect(terms.models.coder).toEqual(settings.model);
    expect(terms.turns).toEqual({});
  });

  test("the operator's model for a role stands over the repository's, that over the general one", () => {
    const policy = rules({ roles: { coder: { model: 'big' }, reviewer: { model: 'sharp' } } });
    const own = { ...settings, roleModels: { reviewer: { ...settings.model, model: 'mine' } } };
    const { models } = termsOf(own, policy);
    expect(models.coder).toEqual({ ...settings.model, model: 'big' });
    expect(models.reviewer?.model).toBe('mine');
    expect(models['issue-reader']).toEqual(settings.model);
  });

  test('a repository’s chain takes the place of the operator’s whole one, at the operator’s servers', () => {
    const local = { provider: 'openai-compatible', model: 'q', baseUrl: 'http://h/v1' } as const;
    const main = { provider: 'anthropic', model: 'a', baseUrl: 'http://proxy' } as const;
    const own = { ...settings, model: { ...main, fallbacks: [local] } };
    const policy = rules({ roles: { coder: { model: ['big', 'openai-compatible:qwen:30b'] } } });
    const { models } = termsOf(own, policy);
    expect(models.coder).toEqual({
      ...main,
      model: 'big',
      fallbacks: [{ ...local, model: 'qwen:30b' }],
    });
    expect(models.reviewer).toEqual(own.model);
    const alone = termsOf(own, rules({ roles: { coder: { model: 'big' } } }));
    expect(alone.models.coder).toEqual({ ...main, model: 'big' });
  });

  test('a provider that the operator does not use is not to be named by a repository', () => {
    const policy = rules({ roles: { coder: { model: ['big', 'bedrock:x'] } } });
    const real = { ...settings, model: { ...settings.model, provider: 'anthropic' } } as const;
    expect(() => termsOf(real, policy)).toThrow(
      /roles\.coder\.model: bedrock:x is at a provider .* does not use; here are anthropic$/,
    );
    const replayed = { ...settings, model: { provider: 'replay', model: 'm' } } as const;
    expect(termsOf(replayed, policy).models.coder).toEqual({ provider: 'replay', model: 'big' });
  });

  test('a repository lowers the budget and never raises it', () => {
    const { budget } = termsOf(settings, rules({ budget: { usd: 0.5, tokens: 10_000_000 } }));
    expect(budget).toEqual({ ...settings.budget, dollars: 0.5 });
  });
});

test('a run without terms goes by its settings, one with them by them', () => {
  const run = aRun('r-1');
  expect(modelFor(run, 'coder')).toEqual(settings.model);
  expect(budgetOf(run)).toEqual(settings.budget);
  expect(limitsIn(run, 'coder', defaultLimits.coder)).toEqual(defaultLimits.coder);
  const terms = termsOf(settings, rules({ roles: { coder: { model: 'x', turns: 7 } } }));
  expect(modelFor({ ...run, terms }, 'coder').model).toBe('x');
  expect(limitsIn({ terms }, 'coder', defaultLimits.coder).turns).toBe(7);
  expect(limitsIn({ terms }, 'reviewer', defaultLimits.reviewer)).toEqual(defaultLimits.reviewer);
});
