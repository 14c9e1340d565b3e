import { expect, test } from '@jest/globals';
import type { ModelChoice } from '../../lib/domain/run.ts';
import { hastened, hostedLimits, localLimits } from '../../lib/providers/limits.ts';
import { providerOf, relayOf } from '../../lib/providers/provider.ts';
import { callTo, coder, request, withModel } from './provider-fixture.ts';

test('a server that others stand in for is given up sooner; a local one may still read in silence', () => {
  expect(hastened(hostedLimits)).toMatchObject({
    ...{ retries: 2, streams: 1, answerMs: 60_000, idleMs: 60_000, retryAfterMs: 10_000 },
    wholeMs: hostedLimits.wholeMs,
  });
  const { answerMs, idleMs } = localLimits;
  expect(hastened(localLimits)).toMatchObject({ retries: 2, streams: 1, answerMs, idleMs });
});

const overloaded = coder({ failures: [{ status: 529, retryAfterMs: 1 }] });

test.each([
  ['alone', {}, 5],
  ['with another', { fallbacks: [{ provider: 'openai', model: 'm' }] }, 3],
] as const)('a model %s is asked so many times', async (_, more, times) => {
  await withModel([overloaded], async (server) => {
    const keys = { anthropic: 'k' };
    const choice: ModelChoice = {
      ...{ provider: 'anthropic', model: 'claude-x', baseUrl: server.anthropicUrl },
      ...more,
    };
    const call = callTo({ provider: 'anthropic' }, { choice });
    const unavailable = { name: 'ModelFailed', unavailable: true };
    await expect(providerOf(choice, keys)(call)).rejects.toMatchObject(unavailable);
    expect(server.requests).toHaveLength(times);
    const body = { model: 'claude-x', max_tokens: 9, system: request.system, messages: [] };
    const raw = { ...call, wire: 'messages', body, stream: true, headers: {} } as const;
    await expect(relayOf(choice, keys)(raw)).rejects.toMatchObject(unavailable);
    expect(server.requests).toHaveLength(2 * times);
  });
});
