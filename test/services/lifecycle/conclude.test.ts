import { describe, expect, test } from '@jest/globals';
import { exitCodeOf } from '../../../lib/domain/outcome.ts';
import { conclude, type LifecycleState } from '../../../lib/services/lifecycle/conclude.ts';

const because = { evidence: 'no-proof: nothing shows it', review: 'it breaks callers' };
const admitted = { admit: { proceed: true }, reading: { result: 'plan' } };
const good = { ...admitted, evidence: { result: 'good' } };
const error = (name: string, errorMessage = 'why') => ({
  ...admitted,
  error: { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage }) },
});

const ends: [string, LifecycleState, string, string | undefined, number][] = [
  [
    'merged',
    { ...good, review: { result: 'approve' }, decision: { result: 'merged' } },
    'merged',
    undefined,
    0,
  ],
  [
    'handed over',
    { ...good, review: { result: 'approve' }, decision: { result: 'handed-over' } },
    'handed-over',
    undefined,
    0,
  ],
  ['a question', { ...admitted, reading: { result: 'question' } }, 'question', undefined, 3],
  ['a refusal', { ...admitted, reading: { result: 'refusal' } }, 'refused', undefined, 4],
  ['not admitted', { admit: { proceed: false } }, 'refused', undefined, 4],
  ['bad evidence', { ...admitted, evidence: { result: 'bad' } }, 'failed', 'ChecksFailed', 5],
  [
    'no checks',
    { ...admitted, evidence: { result: 'unavailable' } },
    'failed',
    'ChecksUnavailable',
    5,
  ],
  [
    'unclear checks',
    { ...admitted, evidence: { result: 'inconclusive' } },
    'failed',
    'ChecksInconclusive',
    5,
  ],
  [
    'an unhappy reviewer',
    { ...good, review: { result: 'request-changes' } },
    'failed',
    'ReviewRejected',
    5,
  ],
  ['over budget', error('BudgetExceeded'), 'failed', 'BudgetExceeded', 5],
  ['the model', error('ModelFailed'), 'failed', 'ModelFailed', 5],
  ['policy', error('PolicyViolation'), 'failed', 'PolicyViolation', 5],
  ['GitHub', error('ForgeFailed'), 'failed', 'ForgeFailed', 6],
  ['GitHub for a while', error('ForgeUnavailable'), 'failed', 'ForgeUnavailable', 6],
  ['the disk', error('StorageFailed'), 'failed', 'StorageFailed', 6],
  ['cancelled', error('Cancelled'), 'cancelled', 'Cancelled', 130],
  ['a time-out', error('States.Timeout'), 'failed', 'StageTimedOut', 5],
  ['an unknown error', error('States.Runtime'), 'failed', 'StageLost', 5],
];

describe('conclude', () => {
  test.each(ends)('%s', (_name, state, outcome, name, code) => {
    const concluded = conclude(state, because);
    expect(concluded.outcome).toBe(outcome);
    expect(concluded.error?.name).toBe(name);
    expect(exitCodeOf(concluded.outcome, concluded.error)).toBe(code);
  });

  test('gives the reason, not the machine’s wrapping', () => {
    expect(conclude(error('PolicyViolation', 'touches .github'), because).error?.message).toBe(
      'touches .github',
    );
    expect(conclude({ ...admitted, evidence: { result: 'bad' } }, because).error?.message).toBe(
      because.evidence,
    );
    expect(
      conclude({ error: { Error: 'StageLost', Cause: 'plain' } }, because).error?.message,
    ).toBe('plain');
  });

  test('never reads success out of a state that lacks it', () => {
    expect(conclude({}, because).outcome).toBe('refused');
    expect(conclude(admitted, because).outcome).toBe('failed');
    expect(conclude(good, because).outcome).toBe('failed');
  });
});
