import { describe, expect, test } from '@jest/globals';
import { startHeartbeat } from '../../lib/agent/heartbeat.ts';
import { Cancelled, FenceStale, SessionRefused, StageLost } from '../../lib/domain/errors.ts';

/** Beats with these answers, in order; gives the reason and how many beats there were. */
function beats(...answers: (Error | undefined)[]): Promise<{ reason: unknown; count: number }> {
  return new Promise((resolve) => {
    let count = 0;
    startHeartbeat({
      everyMs: 1,
      beat: async () => {
        const answer = answers[count];
        count += 1;
        if (answer !== undefined) throw answer;
      },
      onLost: (reason) => resolve({ reason, count }),
    });
  });
}

describe('startHeartbeat', () => {
  test.each([new Cancelled('x'), new FenceStale('x'), new SessionRefused('x')])(
    '%s ends it at once',
    async (error) => {
      expect(await beats(undefined, error)).toEqual({ reason: error, count: 2 });
    },
  );

  test('a gateway that can not be reached is given three chances in a row', async () => {
    const lost = new StageLost('x');
    expect(await beats(lost, lost, undefined, lost, lost, lost)).toEqual({
      reason: lost,
      count: 6,
    });
  });

  test('stopped, it says nothing more', async () => {
    let lost = 0;
    const beaten = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const stop = startHeartbeat({
      everyMs: 1,
      beat: () => {
        beaten.resolve();
        return answer.promise;
      },
      onLost: () => {
        lost += 1;
      },
    });
    await beaten.promise;
    stop();
    answer.reject(new Cancelled('late'));
    await new Promise(setImmediate);
    expect(lost).toBe(0);
  });
});
