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
