import Anthropic from '@anthropic-ai/sdk';
import { addUsage, noUsage, type Usage } from '../domain/budget.ts';
import { tokensIn } from '../domain/estimate.ts';
import type { ModelReply } from '../domain/model.ts';
import type { Provider, ProviderCall } from '../domain/ports.ts';
import type { Relay } from '../domain/wire.ts';
import { messagesUsage } from '../domain/wire-usage.ts';
import { messagesRequest, replyBlocks, stopOf } from './anthropic-messages.ts';
import { anthropicServer, type MessagesServerOf } from './anthropic-server.ts';
import { modelFailed } from './failure.ts';
import { hostedLimits, type ProviderLimits } from './limits.ts';
import { relayed } from './relay.ts';
import { retryStreams, StreamFault } from './stream-fault.ts';

/** Anthropic's Messages API, or a server that speaks it at the choice's `baseUrl`. */
export function anthropicProvider(apiKey: string, limits: ProviderLimits = hostedLimits): Provider {
  return messagesProvider(anthropicServer(apiKey, limits), limits);
}

/** The same as it comes from the server, for those who speak it themselves. */
export function anthropicRelay(apiKey: string, limits: ProviderLimits = hostedLimits): Relay {
  const serverOf = anthropicServer(apiKey, limits);
  return (call) => relayed(serverOf(call.choice), call, limits);
}

/** Model turns from any server that speaks Messages. */
export function messagesProvider(serverOf: MessagesServerOf, limits: ProviderLimits): Provider {
  return async (call) => {
    const { client, account } = serverOf(call.choice);
    try {
      return await askWithThinking(client, call, limits);
    } catch (error) {
      throw modelFailed(error, account, call.signal.aborted);
    }
  };
}

/**
 * Thinking goes back signed and is bound to the conversation before it; where the API no longer accepts
 * it (an earlier message was shortened, say), the turn is asked for once more without.
 */
async function askWithThinking(
  client: Anthropic,
  call: ProviderCall,
  limits: ProviderLimits,
): Promise<ModelReply> {
  try {
    return await askWhole(client, call, limits, true);
  } catch (error) {
    const refused = error instanceof Anthropic.BadRequestError && /thinking/i.test(error.message);
    const sent = call.request.messages.some((m) => m.content.some((b) => b.type === 'opaque'));
    if (!refused || !sent) throw error;
    return await askWhole(client, call, limits, false);
  }
}

/**
 * One reply, whole. What a reply that broke off had used is added to the usage of the one that did not: its
 * prompt as it was counted at its start, and what came of it by its bytes, since that is counted at the end.
 */
async function askWhole(
  client: Anthropic,
  call: ProviderCall,
  limits: ProviderLimits,
  withOpaque: boolean,
): Promise<ModelReply> {
  const body = messagesRequest(call.request, call.choice.model, withOpaque);
  let lost = noUsage;
  const reply = await retryStreams(limits, call.signal, () =>
    ask(client, body, call.signal, (usage) => {
      lost = addUsage(lost, usage);
    }),
  );
  if (lost === noUsage) return reply;
  return { ...reply, usage: addUsage(reply.usage, lost), estimated: true };
}

async function ask(
  client: Anthropic,
  body: Anthropic.MessageStreamParams,
  signal: AbortSignal,
  lost: (usage: Usage) => void,
): Promise<ModelReply> {
  const rawInputs = new Map<number, string>();
  const stream = client.messages.stream(body, { signal });
  let began = false;
  let counted: Usage | undefined;
  let received = 0;
  stream.on('connect', () => {
    began = true;
  });
  stream.on('streamEvent', (event, { usage }) => {
    counted = messagesUsage(usage);
    if (event.type === 'content_block_delta') received += bytesOf(event.delta);
    if (event.type !== 'content_block_delta' || event.delta.type !== 'input_json_delta') return;
    const before = rawInputs.get(event.index) ?? '';
    rawInputs.set(event.index, before + event.delta.partial_json);
  });
  try {
    const message = await stream.finalMessage();
    if (message.stop_reason === null) throw new Error('the stream ended before the reply did');
    return {
      content: replyBlocks(message.content, rawInputs),
      stop: stopOf(message.stop_reason),
      usage: messagesUsage(message.usage),
      model: message.model,
    };
  } catch (error) {
    if (!began || signal.aborted) throw error;
    if (counted !== undefined) lost({ ...counted, output: Math.max(counted.output, received) });
    throw new StreamFault('the reply broke off', { cause: error });
  }
}

function bytesOf(delta: Anthropic.RawContentBlockDelta): number {
  if (delta.type === 'text_delta') return tokensIn(delta.text);
  if (delta.type === 'thinking_delta') return tokensIn(delta.thinking);
  return delta.type === 'input_json_delta' ? tokensIn(delta.partial_json) : 0;
}
