import { ModelFailed } from './errors.ts';
import { type ModelChoice, type ServedProvider, servedProviders } from './run.ts';

/** Most models that a role's chain may have. */
export const longestChain = 5;

/** The models of a choice in the order in which they are asked, each without those that stand in for it. */
export function chainOf({ fallbacks = [], ...first }: ModelChoice): readonly ModelChoice[] {
  return [first, ...fallbacks];
}

/** Models as one choice: the first, and those that stand in for it. */
export function chained([first, ...fallbacks]: readonly [
  ModelChoice,
  ...ModelChoice[],
]): ModelChoice {
  return fallbacks.length === 0 ? first : { ...first, fallbacks };
}

/** A model of a chain as a call is to be put to it. */
export interface Link {
  /** From 0, in the chain as it was configured. */
  readonly place: number;
  /** How many models the chain has. */
  readonly of: number;
  /** With those that are asked after it, should it be unavailable. */
  readonly choice: ModelChoice;
}

/** The links in the order in which a call goes to them: the one at `place`, what follows, and round to what is before it. */
export function linksFrom(choice: ModelChoice, place = 0): readonly Link[] {
  const chain = chainOf(choice).map((link, at) => ({ link, at }));
  const turned = [...chain.slice(place), ...chain.slice(0, place)];
  return turned.map(({ link, at }, n) => {
    const rest = turned.slice(n + 1).map((after) => after.link);
    return { place: at, of: chain.length, choice: chained([link, ...rest]) };
  });
}

/** `PROVIDER:MODEL`, as chains are written. */
export function nameOf({ provider, model }: Pick<ModelChoice, 'provider' | 'model'>): string {
  return `${provider}:${model}`;
}

/** All models of a choice by name, for a person. */
export function chainText(choice: ModelChoice): string {
  const [first, ...rest] = chainOf(choice).map(nameOf);
  return rest.length === 0 ? (first ?? '') : `${first}, else ${rest.join(', else ')}`;
}

/** Reads `MODEL` or `PROVIDER:MODEL`; a colon may also stand in a model's name. */
export function modelNamed(text: string): {
  readonly provider?: ServedProvider;
  readonly model: string;
} {
  const [before = '', model = ''] = text.split(/:(.*)/s);
  const provider = servedProviders.find((known) => known === before);
  return provider === undefined || model === '' ? { model: text } : { provider, model };
}

/**
 * Whether another model may take the call: the one that was asked can't be had at present. Not where it refused our
 * request or our key, or was given up: those are told to whoever can mend them.
 */
export function isUnavailable(error: unknown): error is ModelFailed {
  return error instanceof ModelFailed && error.unavailable;
}

/** What is thrown where no model of a chain took a call: each by name with its reason, the last one's kind. */
export function chainFailed(
  asked: readonly { readonly choice: ModelChoice; readonly failure: ModelFailed }[],
  last: ModelFailed,
): ModelFailed {
  if (asked.length < 2) return last;
  const each = asked.map(({ choice, failure }) => `${nameOf(choice)}: ${failure.message}`);
  const said = `no model of the chain took the call. ${each.join('; ')}`;
  const { used, unavailable } = last;
  const refusal = last.refusal && { ...last.refusal, said };
  return new ModelFailed(said, { used, unavailable, ...(refusal && { refusal }) });
}
