import type Anthropic from '@anthropic-ai/sdk';
import type { Block, Message, ModelRequest, ReplyBlock, StopReason } from '../domain/model.ts';
import { toolInputOf } from './tool-input.ts';

type Param = Anthropic.ContentBlockParam;
const ephemeral = { cache_control: { type: 'ephemeral' } } as const;

/**
 * The request as Messages takes it. Cache marks stand at the end of the system prompt (which covers the
 * tools) and of the last two user messages, so that each turn pays in full only for what is new.
 */
export function messagesRequest(
  request: ModelRequest,
  model: string,
  withOpaque: boolean,
): Anthropic.MessageStreamParams {
  const messages = request.messages.map((message) => messageParam(message, withOpaque));
  const users = messages.filter((message) => message.role === 'user');
  for (const message of users.slice(-2)) markLast(message.content as Param[]);
  return {
    model,
    max_tokens: request.maxTokens,
    ...(request.system === ''
      ? {}
      : { system: [{ type: 'text', text: request.system, ...ephemeral }] }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => ({
            name: tool.name,
            description: tool.description,
            input_schema: tool.schema as Anthropic.Tool.InputSchema,
          })),
        }),
    messages,
  };
}

function messageParam(message: Message, withOpaque: boolean): Anthropic.MessageParam {
  const content = message.content.flatMap((block) => blockParam(block, withOpaque));
  // A message may not be empty, and an empty text block is refused.
  if (content.length === 0) content.push({ type: 'text', text: '(empty)' });
  return { role: message.role, content };
}

function blockParam(block: Block, withOpaque: boolean): Param[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }];
    case 'tool_use':
      return [{ type: 'tool_use', id: idOf(block.id), name: block.name, input: block.input }];
    case 'tool_result':
      return [
        {
          type: 'tool_result',
          tool_use_id: idOf(block.toolUseId),
          content: block.content === '' ? '(no output)' : block.content,
          is_error: block.isError,
        },
      ];
    case 'opaque':
      return withOpaque ? thinkingParam(block.data) : [];
  }
}

/** Ids that other servers gave hold signs that Messages refuses. */
function idOf(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_') || '_';
}

/** Only thinking goes back this way: the sandbox hands the data in, so nothing else may ride along. */
function thinkingParam(data: string): Param[] {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(data);
  } catch {
    return [];
  }
  if (value?.type === 'thinking') {
    const { thinking, signature } = value;
    if (typeof thinking !== 'string' || typeof signature !== 'string') return [];
    return [{ type: 'thinking', thinking, signature }];
  }
  if (value?.type === 'redacted_thinking' && typeof value.data === 'string') {
    return [{ type: 'redacted_thinking', data: value.data }];
  }
  return [];
}

function markLast(content: Param[]): void {
  const last = content.at(-1);
  if (last !== undefined) content[content.length - 1] = { ...last, ...ephemeral } as Param;
}

/** The reply's parts; `rawInputs` holds each tool's arguments as they were streamed, by block index. */
export function replyBlocks(
  content: readonly Anthropic.ContentBlock[],
  rawInputs: ReadonlyMap<number, string>,
): ReplyBlock[] {
  return content.flatMap((block, index): ReplyBlock[] => {
    if (block.type === 'text') {
      return block.text === '' ? [] : [{ type: 'text', text: block.text }];
    }
    if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      return [{ type: 'opaque', data: JSON.stringify(block) }];
    }
    if (block.type !== 'tool_use') return [];
    const raw = rawInputs.get(index) ?? '';
    const input = toolInputOf(raw === '' ? JSON.stringify(block.input ?? {}) : raw);
    return [{ type: 'tool_use', id: block.id, name: block.name, ...input }];
  });
}

const stops: Record<Anthropic.StopReason, StopReason> = {
  end_turn: 'end',
  stop_sequence: 'end',
  pause_turn: 'end',
  tool_use: 'tool',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'refusal',
};

/** Why the model stopped; a reason that is new to us counts as an end. */
export function stopOf(reason: Anthropic.StopReason): StopReason {
  return stops[reason] ?? 'end';
}
