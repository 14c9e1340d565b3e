import type { Budget } from './budget.ts';
import { ConfigInvalid } from './errors.ts';
import { chained, chainOf, modelNamed } from './model-chain.ts';
import { differentFamilies } from './model-family.ts';
import { type Policy, policyPath } from './policy.ts';
import type { ModelChoice, Run, RunSettings, RunTerms } from './run.ts';
import { type ModelRole, modelRoles, type RoleName, type StageLimits } from './stage.ts';

/**
 * A model that the operator names for a role stands over the repository's, that over the operator's for all
 * roles; the provider is always one of the operator's. A repository lowers the budget and never raises it. Throws
 * `ConfigInvalid` where the repository names a provider that the operator does not use, or where the models are of one
 * family and it asks that they are not.
 */
export function termsOf(settings: Omit<RunSettings, 'sandbox'>, policy: Policy): RunTerms {
  const { model, roleModels, budget } = settings;
  const models: Partial<Record<RoleName, ModelChoice>> = {};
  const turns: Partial<Record<RoleName, number>> = {};
  for (const role of modelRoles) {
    const rules = policy.roles[role];
    models[role] = roleModels[role] ?? repositorysChoice(settings, policy, role) ?? model;
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
  const families = held ? { families: differentFamilies(namesIn(coder), namesIn(reviewer)) } : {};
  return { models, turns, budget: lowered, ...families };
}

function namesIn(choice: ModelChoice): readonly string[] {
  return chainOf(choice).map(({ model }) => model);
}

/** What the repository names for a role takes the place of the operator's whole chain. */
function repositorysChoice(
  settings: Omit<RunSettings, 'sandbox'>,
  policy: Policy,
  role: ModelRole,
): ModelChoice | undefined {
  const named = policy.roles[role].model;
  if (named === undefined) return undefined;
  const [first = '', ...rest] = [named].flat();
  const served = (name: string) => servedBy(settings, name, role);
  // Recorded turns come from one place, whoever spoke them.
  if (settings.model.provider === 'replay') return { ...settings.model, model: first };
  return chained([served(first), ...rest.map(served)]);
}

/** A model that the repository names, at the operator's server: the file is given no say in where a key goes. */
function servedBy(
  { model, roleModels }: Omit<RunSettings, 'sandbox'>,
  name: string,
  role: ModelRole,
): ModelChoice {
  const named = modelNamed(name);
  const [main, ...others] = [model, ...Object.values(roleModels)].flatMap(chainOf);
  const provider = named.provider ?? main?.provider;
  const known = [main, ...others].filter((choice) => choice !== undefined);
  const at = known.find((choice) => choice.provider === provider);
  if (at !== undefined) return { ...at, model: named.model };
  const providers = [...new Set(known.map((choice) => choice.provider))].join(', ');
  throw new ConfigInvalid(
    `${policyPath}: roles.${role}.model: ${name} is at a provider that the operator does not use; here are ${providers}`,
  );
}

type WithTerms = Pick<Run, 'settings' | 'terms'>;

/** The model that plays a role in a run, with those that stand in for it. */
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
