import type OpenAI from 'openai';
import { noUsage } from '../domain/budget.ts';
import { tokensIn, upperUsageOf } from '../domain/estimate.ts';
import type { ModelReply } from '../domain/model.ts';
import type { Provider, ProviderCall } from '../domain/ports.ts';
import { stageLabel } from '../domain/stage.ts';
import type { Relay } from '../domain/wire.ts';
import { modelFailed } from './failure.ts';
import { hostedLimits, type ProviderLimits } from './limits.ts';
import { openaiServer } from './openai-server.ts';
import { relayed } from './relay.ts';
import { replyOfResponse, responsesRequest } from './responses.ts';
import { retryStreams, StreamFault } from './stream-fault.ts';

/** OpenAI's own Responses API, or a server that speaks it at the choice's `baseUrl`. */
export function openaiProvider(apiKey: string, limits: ProviderLimits = hostedLimits): Provider {
  return async (call) => {
    const { client, account } = openaiServer(apiKey, call.choice, limits);
    const lost: number[] = [];
    try {
      const reply = await retryStreams(limits, call.signal, () => ask(client, call, lost));
      return withLost(reply, lost);
    } catch (error) {
      throw modelFailed(error, account, call.signal.aborted);
    }
  };
}

/** OpenAI's protocols as they come from the server, for those who speak them themselves. */
export function openaiRelay(
  apiKey: string | undefined,
  limits: ProviderLimits = hostedLimits,
): Relay {
  return async (call) => relayed(openaiServer(apiKey, call.choice, limits), call, limits);
}

/** A reply that breaks off leaves the bytes that came in `lost`. */
async function ask(client: OpenAI, call: ProviderCall, lost: number[]): Promise<ModelReply> {
  const { request, choice, address, signal } = call;
  const events = await client.responses.create(
    responsesRequest(request, choice.model, cacheKeyOf(address)),
    { signal },
  );
  let began = false;
  let received = 0;
  try {
    for await (const event of events) {
      began = true;
      if ('delta' in event && typeof event.delta === 'string') received += tokensIn(event.delta);
      if (event.type === 'response.completed' || event.type === 'response.incomplete') {
        const reply = replyOfResponse(event.response);
        if (event.response.usage) return reply;
        const { cacheWrite: input } = upperUsageOf(request);
        return { ...reply, usage: { ...noUsage, input, output: received }, estimated: true };
      }
      if (event.type === 'response.failed') {
        throw new Error(event.response.error?.message ?? 'the response failed');
      }
      if (event.type === 'error') throw new Error(event.message);
    }
    throw new Error(signal.aborted ? 'aborted' : 'the stream ended before the reply did');
  } catch (error) {
    if (began) lost.push(received);
    throw new StreamFault('the reply broke off', { cause: error });
  }
}

/** Adds what earlier tries used: the same prompt, cached or not, and what came. */
function withLost(reply: ModelReply, lost: readonly number[]): ModelReply {
  if (lost.length === 0) return reply;
  const { input, cacheRead, cacheWrite, output } = reply.usage;
  const again = lost.length * (input + cacheRead + cacheWrite);
  const received = lost.reduce((sum, bytes) => sum + bytes, 0);
  const usage = { ...reply.usage, input: input + again, output: output + received };
  return { ...reply, usage, estimated: true };
}

function cacheKeyOf({ run, role, round, attempt }: ProviderCall['address']): string {
  return `${run}-${stageLabel({ run, role: role as 'coder', round, attempt })}`.slice(0, 64);
}
