import type OpenAI from 'openai';
import { addUsage, type Usage } from '../domain/budget.ts';
import { tokensIn } from '../domain/estimate.ts';
import type { ModelReply, ModelRequest } from '../domain/model.ts';
import type { Provider, ProviderCall } from '../domain/ports.ts';
import { chatUsage } from '../domain/wire-usage.ts';
import { addChunk, type ChatDraft, chatRequest, emptyDraft, replyOf } from './chat-completions.ts';
import { modelFailed } from './failure.ts';
import { localLimits, type ProviderLimits } from './limits.ts';
import { openaiServer } from './openai-server.ts';
import { retryStreams, StreamFault } from './stream-fault.ts';

/** What a server may not know. Each is given up, or named the other way, once the server objects. */
interface Dialect {
  limit: 'max_tokens' | 'max_completion_tokens';
  usage: boolean;
  schema: boolean;
  temperature: boolean;
}

/** By address, for the life of the process: a provider is made anew for each call. */
const dialects = new Map<string, Dialect>();

function dialectOf(address: string): Dialect {
  const known = dialects.get(address) ?? {
    limit: 'max_completion_tokens',
    usage: true,
    schema: true,
    temperature: true,
  };
  dialects.set(address, known);
  return known;
}

/** Any server that speaks Chat Completions: OpenAI, vLLM, llama.cpp, Ollama and the rest. */
export function openaiCompatibleProvider(
  apiKey: string | undefined,
  limits: ProviderLimits = localLimits,
): Provider {
  return async (call) => {
    const { client, account, baseURL } = openaiServer(apiKey, call.choice, limits);
    try {
      const lost: ChatDraft[] = [];
      const reply = await retryStreams(limits, call.signal, () =>
        askInDialect(client, call, dialectOf(baseURL), lost),
      );
      return withLost(reply, lost);
    } catch (error) {
      throw modelFailed(error, account, call.signal.aborted);
    }
  };
}

async function askInDialect(
  client: OpenAI,
  call: ProviderCall,
  dialect: Dialect,
  lost: ChatDraft[],
): Promise<ModelReply> {
  // Each part of a dialect can be objected to, once.
  for (let objections = 0; ; objections += 1) {
    try {
      return await ask(client, call, dialect, lost);
    } catch (error) {
      const most = Object.keys(dialect).length;
      if (objections >= most || !adapted(dialect, error, call.request)) throw error;
    }
  }
}

function adapted(dialect: Dialect, error: unknown, request: ModelRequest): boolean {
  const status = (error as { status?: unknown }).status;
  if (!(error instanceof Error) || (status !== 400 && status !== 422)) return false;
  if (dialect.limit === 'max_completion_tokens' && error.message.includes(dialect.limit)) {
    dialect.limit = 'max_tokens';
    return true;
  }
  if (dialect.usage && /stream_options|include_usage/.test(error.message)) {
    dialect.usage = false;
    return true;
  }
  if (
    dialect.temperature &&
    request.temperature !== undefined &&
    /temperature/.test(error.message)
  ) {
    dialect.temperature = false;
    return true;
  }
  const form = dialect.schema && request.responseSchema !== undefined;
  if (form && /response_format|schema|grammar/i.test(error.message)) {
    dialect.schema = false;
    return true;
  }
  return false;
}

/** A reply that breaks off goes to `lost`, as far as it came. */
async function ask(
  client: OpenAI,
  call: ProviderCall,
  dialect: Dialect,
  lost: ChatDraft[],
): Promise<ModelReply> {
  const { request, choice, signal } = call;
  const chunks = await client.chat.completions.create(
    {
      ...chatRequest(request, choice.model),
      [dialect.limit]: request.maxTokens,
      ...(dialect.schema ? formatOf(request) : {}),
      ...(dialect.temperature && request.temperature !== undefined
        ? { temperature: request.temperature }
        : {}),
      ...(dialect.usage ? { stream_options: { include_usage: true } } : {}),
      stream: true,
    },
    { signal },
  );
  const draft = emptyDraft();
  let began = false;
  try {
    for await (const chunk of chunks) {
      began = true;
      addChunk(draft, chunk);
    }
    // An aborted stream ends quietly in this SDK.
    if (signal.aborted) throw new Error('aborted');
    if (draft.finish === null) throw new Error('the stream ended before the reply did');
  } catch (error) {
    if (began) lost.push(draft);
    throw new StreamFault('the reply broke off', { cause: error });
  }
  return replyOf(
    { ...draft, model: draft.model || choice.model },
    call.address.turn,
    guess(call, draft),
  );
}

/** The reply's form, as servers take it that can hold a model to one. */
function formatOf({ responseSchema }: ModelRequest) {
  if (responseSchema === undefined) return {};
  const { name, schema } = responseSchema;
  return {
    response_format: { type: 'json_schema' as const, json_schema: { name, schema, strict: true } },
  };
}

/** For servers that count nothing. */
function guess({ request }: ProviderCall, draft: ChatDraft): Usage {
  const { maxTokens: _limit, ...prompt } = request;
  return {
    input: tokensIn(JSON.stringify(prompt)),
    cacheRead: 0,
    cacheWrite: 0,
    output: outputOf(draft),
  };
}

/** From the bytes that came. */
function outputOf({ text, calls }: ChatDraft): number {
  return tokensIn(text + [...calls.values()].map((made) => made.arguments).join(''));
}

/**
 * Adds what earlier tries of the same call used up to where they broke off. A server counts at the end: their
 * prompt was the whole reply's, and whether it was cached nobody knows.
 */
function withLost(reply: ModelReply, lost: readonly ChatDraft[]): ModelReply {
  if (lost.length === 0) return reply;
  const { input, cacheRead, cacheWrite } = reply.usage;
  const prompt = { input: input + cacheRead + cacheWrite, cacheRead: 0, cacheWrite: 0 };
  const used = lost.map((draft) =>
    draft.usage === undefined ? { ...prompt, output: outputOf(draft) } : chatUsage(draft.usage),
  );
  return { ...reply, usage: used.reduce(addUsage, reply.usage), estimated: true };
}
