import { errorNamed } from '../../domain/errors.ts';
import type { Failure, Outcome } from '../../domain/outcome.ts';

/** The lifecycle's state as it reaches Settle: ids and small outcomes. */
export interface LifecycleState {
  readonly round?: number;
  readonly error?: { readonly Error?: string; readonly Cause?: string };
  readonly admit?: { readonly proceed?: boolean };
  readonly reading?: { readonly result?: string };
  readonly evidence?: { readonly result?: string };
  readonly review?: { readonly result?: string };
  readonly decision?: { readonly result?: string };
}

/** How the run ended; `because` is filled in from the run's records by the caller. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly error?: Failure;
}

const checksErrors: Record<string, string> = {
  bad: 'ChecksFailed',
  inconclusive: 'ChecksInconclusive',
  unavailable: 'ChecksUnavailable',
};

/** Reads the outcome off the lifecycle's state. `because` gives the sentence for a bad verdict. */
export function conclude(
  state: LifecycleState,
  because: { readonly evidence: string; readonly review: string },
): Conclusion {
  if (state.error !== undefined) return failure(state.error);
  if (state.admit?.proceed !== true) return { outcome: 'refused' };
  if (state.reading?.result === 'question') return { outcome: 'question' };
  if (state.reading?.result !== 'plan') return { outcome: 'refused' };
  const evidence = state.evidence?.result ?? 'unavailable';
  const name = checksErrors[evidence];
  if (name !== undefined) {
    return { outcome: 'failed', error: { name, message: because.evidence } };
  }
  if (state.review?.result !== 'approve') {
    return { outcome: 'failed', error: { name: 'ReviewRejected', message: because.review } };
  }
  return { outcome: state.decision?.result === 'merged' ? 'merged' : 'handed-over' };
}

/** Turns a caught state machine error back into the domain's. */
function failure({ Error: name = 'StageLost', Cause: cause = '' }: LifecycleState['error'] & {}) {
  const known = name === 'States.Timeout' ? 'StageTimedOut' : name;
  const error = errorNamed(known, messageOf(cause));
  if (error.name === 'Cancelled') {
    return { outcome: 'cancelled', error: { name: error.name, message: error.message } } as const;
  }
  return { outcome: 'failed', error: { name: error.name, message: error.message } } as const;
}

/** Lambda reports `{errorType, errorMessage}` as the cause. */
function messageOf(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
}
