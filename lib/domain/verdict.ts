import type { Evidence } from './evidence.ts';
import type { Policy } from './policy.ts';

/** Which rule decided. Shown to people and given to the coder, so names are plain. */
export type Rule =
  | 'proven'
  | 'exempt'
  | 'checks-unavailable'
  | 'setup-failed'
  | 'test-broken'
  | 'test-gone'
  | 'test-skipped'
  | 'no-proof'
  | 'red-without-test-results';

/** What the Evidence amounts to. Computed by a trusted part, never in a sandbox. */
export interface Judgement {
  readonly verdict: 'good' | 'bad' | 'inconclusive' | 'unavailable';
  readonly rule: Rule;
  /** One sentence for a person, naming tests. */
  readonly detail: string;
  /** Ids of tests that failed without the change (3 or 1) and pass with it (2). */
  readonly proof: readonly string[];
  /** The proof is only that the tests do not compile or load without the source. */
  readonly weak: boolean;
  /** Ids that passed before and fail, are gone, or are skipped now. */
  readonly broken: readonly string[];
  readonly flaky: readonly string[];
}

/** Applies the rule for success. */
export function judge(_evidence: Evidence, _policy: Policy): Judgement {
  throw new Error('not written yet');
}
