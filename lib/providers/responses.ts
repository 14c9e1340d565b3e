import type OpenAI from 'openai';
import type { Message, ModelReply, ModelRequest, ReplyBlock, StopReason } from '../domain/model.ts';
import { responsesUsage } from '../domain/wire-usage.ts';
import { toolInputOf } from './tool-input.ts';

type Item = OpenAI.Responses.ResponseInputItem;

/**
 * The conversation as Responses takes it. Nothing is kept there, so reasoning comes encrypted and goes back with the
 * turn that it belongs to. The key makes turns of one attempt meet the same cache.
 */
export function responsesRequest(
  request: ModelRequest,
  model: string,
  cacheKey: string,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  const { system, tools, messages, maxTokens, responseSchema, temperature } = request;
  return {
    model,
    ...(system === '' ? {} : { instructions: system }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, schema }) => ({
            type: 'function' as const,
            name,
            description,
            parameters: schema,
            // Our schemas have optional members, which the strict form has not.
            strict: false,
          })),
        }),
    input: messages.flatMap(itemsOf),
    max_output_tokens: maxTokens,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: cacheKey,
    store: false,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(responseSchema === undefined
      ? {}
      : { text: { format: { type: 'json_schema', strict: true, ...responseSchema } } }),
  };
}

function itemsOf(message: Message): Item[] {
  return message.content.flatMap((block): Item[] => {
    switch (block.type) {
      case 'text':
        return [{ role: message.role, content: block.text }];
      case 'tool_use': {
        const { id, name, input } = block;
        return [{ type: 'function_call', call_id: id, name, arguments: JSON.stringify(input) }];
      }
      case 'tool_result':
        return [{ type: 'function_call_output', call_id: block.toolUseId, output: block.content }];
      default:
        return reasoningItem(block.data);
    }
  });
}

/** Only reasoning goes back this way: the sandbox hands the data in, so nothing else may ride along. */
function reasoningItem(data: string): Item[] {
  try {
    const { type, id, encrypted_content: encrypted } = JSON.parse(data) ?? {};
    if (type !== 'reasoning' || typeof id !== 'string' || typeof encrypted !== 'string') return [];
    return [{ type, id, summary: [], encrypted_content: encrypted }];
  } catch {
    return [];
  }
}

/** The reply of a response that has ended. */
export function replyOfResponse(response: OpenAI.Responses.Response): ModelReply {
  const content = response.output.flatMap(blocksOf);
  return {
    content,
    stop: stopOf(response, content),
    usage: responsesUsage(response.usage ?? {}),
    model: response.model,
  };
}

function blocksOf(item: OpenAI.Responses.ResponseOutputItem): ReplyBlock[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap((part): ReplyBlock[] => {
        const text = part.type === 'output_text' ? part.text : part.refusal;
        return text === '' ? [] : [{ type: 'text', text }];
      });
    case 'function_call': {
      const { call_id: id, name } = item;
      return [{ type: 'tool_use', id, name, ...toolInputOf(item.arguments) }];
    }
    case 'reasoning': {
      const { type, id, encrypted_content } = item;
      if (!encrypted_content) return [];
      return [{ type: 'opaque', data: JSON.stringify({ type, id, encrypted_content }) }];
    }
    default:
      return [];
  }
}

function stopOf(
  { output, incomplete_details: incomplete }: OpenAI.Responses.Response,
  content: readonly ReplyBlock[],
): StopReason {
  const refused = output.some(
    (item) => item.type === 'message' && item.content.some(({ type }) => type === 'refusal'),
  );
  if (refused || incomplete?.reason === 'content_filter') return 'refusal';
  if (incomplete) return 'length';
  return content.some(({ type }) => type === 'tool_use') ? 'tool' : 'end';
}
