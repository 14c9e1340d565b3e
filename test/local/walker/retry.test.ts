import { describe, expect, test } from '@jest/globals';
import { catcherFor, nextRetry, type Retrier } from '../../../lib/local/walker/retry.ts';

const delays = (rules: readonly Retrier[], errors: readonly string[]) => {
  const used = new Map<Retrier, number>();
  return errors.map((error) => nextRetry(rules, error, used));
};

describe('Retry', () => {
  test('defaults: three more tries after 1, 2 and 4 seconds', () => {
    expect(delays([{ ErrorEquals: ['X'] }], ['X', 'X', 'X', 'X'])).toEqual([1, 2, 4, undefined]);
  });

  test('interval, rate, and the longest delay', () => {
    const rule = {
      ErrorEquals: ['X'],
      IntervalSeconds: 2,
      BackoffRate: 3,
      MaxAttempts: 4,
      MaxDelaySeconds: 10,
    };
    expect(delays([rule], ['X', 'X', 'X', 'X', 'X'])).toEqual([2, 6, 10, 10, undefined]);
  });

  test('the first rule that names the error decides, and each counts its own', () => {
    const rules = [
      { ErrorEquals: ['X', 'Y'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2 },
    ];
    expect(delays(rules, ['X', 'Z', 'Y', 'Z', 'Z'])).toEqual([1, 1, undefined, 2, undefined]);
  });

  test('no rule, no retry', () => {
    expect(delays([], ['X'])).toEqual([undefined]);
    expect(nextRetry(undefined, 'X', new Map())).toBeUndefined();
  });
});

describe('which names a rule takes', () => {
  const takes = (name: string, error: string) =>
    catcherFor([{ ErrorEquals: [name], Next: 'N' }], error) !== undefined;
  test.each([
    ['StageLost', 'StageLost', true],
    ['StageLost', 'StageLostToo', false],
    ['States.ALL', 'StageLost', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.NoChoiceMatched', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.TaskFailed', 'StageLost', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout', 'States.Timeout', true],
    ['States.Timeout', 'StageTimedOut', false],
  ])('%s takes %s: %s', (name, error, expected) => {
    expect(takes(name, error)).toBe(expected);
  });
});
