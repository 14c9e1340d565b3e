import type { Budget } from './budget.ts';
import { differentFamilies } from './model-family.ts';
import type { Policy } from './policy.ts';
import type { ModelChoice, Run, RunSettings, RunTerms } from './run.ts';
import type { RoleName, StageLimits } from './stage.ts';

const modelRoles = ['issue-reader', 'coder', 'reviewer'] as const;

/**
 * A model that the operator names for a role stands over the repository's, that over the operator's for all
 * roles; the provider is always the operator's. A repository lowers the budget and never raises it. Throws
 * `ConfigInvalid` where the models are of one family and the repository asks that they are not.
 */
export function termsOf(
  { model, roleModels, budget }: Omit<RunSettings, 'sandbox'>,
  policy: Policy,
): RunTerms {
  const models: Partial<Record<RoleName, ModelChoice>> = {};
  const turns: Partial<Record<RoleName, number>> = {};
  for (const role of modelRoles) {
    const rules = policy.roles[role];
    const named = rules.model === undefined ? model : { ...model, model: rules.model };
    models[role] = roleModels[role] ?? named;
    if (rules.turns !== undefined) turns[role] = rules.turns;
  }
  const { usd, tokens, calls } = policy.budget;
  const lowered = {
    dollars: Math.min(budget.dollars, usd ?? budget.dollars),
    tokens: Math.min(budget.tokens, tokens ?? budget.tokens),
    turns: Math.min(budget.turns, calls ?? budget.turns),
  };
  const [coder, reviewer] = [models.coder ?? model, models.reviewer ?? model];
  // A replay's turns were spoken by the models of the run that it replays, which was held to this.
  const held = policy.review.otherFamily && coder.provider !== 'replay';
  const families = held ? { families: differentFamilies(coder.model, reviewer.model) } : {};
  return { models, turns, budget: lowered, ...families };
}

type WithTerms = Pick<Run, 'settings' | 'terms'>;

/** The model that plays a role in a run. */
export function modelFor({ settings, terms }: WithTerms, role: RoleName): ModelChoice {
  return terms?.models[role] ?? settings.roleModels[role] ?? settings.model;
}

/** What the run may cost at most. */
export function budgetOf({ settings, terms }: WithTerms): Budget {
  return terms?.budget ?? settings.budget;
}

/** The limits of a role's attempt, with the repository's number of turns in place of `limits`' own. */
export function limitsIn(
  { terms }: Pick<Run, 'terms'>,
  role: RoleName,
  limits: StageLimits,
): StageLimits {
  return { ...limits, turns: terms?.turns[role] ?? limits.turns };
}
