/** One rule of Retry. Seconds. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number | undefined;
  readonly BackoffRate?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly MaxDelaySeconds?: number | undefined;
}

/** One rule of Catch. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null | undefined;
}

/** `States.` names that a rule may list; all others with that prefix never reach a rule. */
export const reservedNames: readonly string[] = [
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
  'States.DataLimitExceeded',
  'States.IntrinsicFailure',
  'States.NoChoiceMatched',
  'States.ResultPathMatchFailure',
];

/** States.ALL takes neither of the two terminal errors, States.TaskFailed no time-out besides. */
function matches(names: readonly string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  if (names.includes(error)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  if (names.includes('States.ALL')) return true;
  return names.includes('States.TaskFailed') && error !== 'States.Timeout';
}

/**
 * Seconds to wait before the next try, or undefined where the error is not retried (any more). The first
 * rule that names the error decides alone, and counts its own tries in `used`.
 */
export function nextRetry(
  rules: readonly Retrier[] | undefined,
  error: string,
  used: Map<Retrier, number>,
): number | undefined {
  const rule = rules?.find((candidate) => matches(candidate.ErrorEquals, error));
  if (rule === undefined) return undefined;
  const tries = used.get(rule) ?? 0;
  if (tries >= (rule.MaxAttempts ?? 3)) return undefined;
  used.set(rule, tries + 1);
  const delay = (rule.IntervalSeconds ?? 1) * (rule.BackoffRate ?? 2) ** tries;
  return Math.min(delay, rule.MaxDelaySeconds ?? delayLimit);
}

/** Longest wait that Step Functions allows: a year, in seconds. */
const delayLimit = 31_622_400;

/** The first Catch rule that names the error. */
export function catcherFor(
  rules: readonly Catcher[] | undefined,
  error: string,
): Catcher | undefined {
  return rules?.find((rule) => matches(rule.ErrorEquals, error));
}
