import type { Usage } from './budget.ts';

type Count = number | null | undefined;

/** As Messages counts, cached tokens apart from `input_tokens`. */
export interface MessagesUsage {
  readonly input_tokens?: Count;
  readonly cache_read_input_tokens?: Count;
  readonly cache_creation_input_tokens?: Count;
  readonly output_tokens?: Count;
}

/** Messages counts as the domain does. */
export function messagesUsage(usage: MessagesUsage): Usage {
  return {
    input: counted(usage.input_tokens),
    cacheRead: counted(usage.cache_read_input_tokens),
    cacheWrite: counted(usage.cache_creation_input_tokens),
    output: counted(usage.output_tokens),
  };
}

interface Cached {
  readonly cached_tokens?: Count;
  readonly cache_write_tokens?: Count;
}

/** As Chat Completions counts, cached tokens within `prompt_tokens`. */
export interface ChatUsage {
  readonly prompt_tokens?: Count;
  readonly completion_tokens?: Count;
  readonly prompt_tokens_details?: Cached | null | undefined;
}

/** Takes the cached tokens out of the prompt's, as the domain counts them. */
export function chatUsage(usage: ChatUsage): Usage {
  return within(usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details);
}

/** As Responses counts, cached tokens within `input_tokens`. */
export interface ResponsesUsage {
  readonly input_tokens?: Count;
  readonly output_tokens?: Count;
  readonly input_tokens_details?: Cached | null | undefined;
}

/** Takes the cached tokens out of the input's, as the domain counts them. */
export function responsesUsage(usage: ResponsesUsage): Usage {
  return within(usage.input_tokens, usage.output_tokens, usage.input_tokens_details);
}

function within(prompt: Count, output: Count, cached: Cached | null | undefined): Usage {
  const cacheRead = counted(cached?.cached_tokens);
  const cacheWrite = counted(cached?.cache_write_tokens);
  const input = Math.max(0, counted(prompt) - cacheRead - cacheWrite);
  return { input, cacheRead, cacheWrite, output: counted(output) };
}

/** A server may leave out what it does not count, and say anything. */
function counted(value: Count): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : 0;
}
