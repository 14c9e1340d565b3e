import type OpenAI from 'openai';
import type { Usage } from '../domain/budget.ts';
import type { Message, ModelReply, ModelRequest, ReplyBlock, StopReason } from '../domain/model.ts';
import { chatUsage } from '../domain/wire-usage.ts';
import { toolInputOf } from './tool-input.ts';

type Param = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/** The conversation as Chat Completions takes it; what servers differ in is set by the caller. */
export function chatRequest(request: ModelRequest, model: string) {
  const system: Param[] =
    request.system === '' ? [] : [{ role: 'system', content: request.system }];
  // What stays the same comes first, so that of two turns in a row the second begins with the first.
  return {
    model,
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => ({
            type: 'function' as const,
            function: {
              name: tool.name,
              description: tool.description,
              parameters: tool.schema,
            },
          })),
        }),
    messages: [...system, ...request.messages.flatMap(messageParams)],
  };
}

function messageParams(message: Message): Param[] {
  const text = message.content
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n');
  if (message.role === 'assistant') return [assistantParam(message, text)];
  const results = message.content.flatMap((block): Param[] =>
    block.type === 'tool_result'
      ? [{ role: 'tool', tool_call_id: block.toolUseId, content: block.content }]
      : [],
  );
  return text === '' && results.length > 0
    ? results
    : [...results, { role: 'user', content: text }];
}

function assistantParam(message: Message, text: string): Param {
  const calls = message.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            id: block.id,
            type: 'function' as const,
            // Never the invalid text: some servers parse it again and fail on it.
            function: { name: block.name, arguments: JSON.stringify(block.input) },
          },
        ]
      : [],
  );
  if (calls.length === 0) return { role: 'assistant', content: text };
  return { role: 'assistant', content: text === '' ? null : text, tool_calls: calls };
}

interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** A reply as it is put together from chunks. */
export interface ChatDraft {
  text: string;
  model: string;
  refused: boolean;
  finish: string | null;
  usage: OpenAI.CompletionUsage | undefined;
  readonly calls: Map<number, ToolCall>;
}

/** Before the first chunk. */
export function emptyDraft(): ChatDraft {
  return {
    text: '',
    model: '',
    refused: false,
    finish: null,
    usage: undefined,
    calls: new Map(),
  };
}

/** Adds one chunk. */
export function addChunk(draft: ChatDraft, chunk: Chunk): void {
  draft.model = chunk.model || draft.model;
  draft.usage = chunk.usage ?? draft.usage;
  const choice = chunk.choices?.[0];
  if (choice === undefined) return;
  const { delta } = choice;
  draft.text += delta?.content ?? delta?.refusal ?? '';
  if (delta?.refusal) draft.refused = true;
  for (const part of delta?.tool_calls ?? []) {
    const index = part.index ?? 0;
    const call = draft.calls.get(index) ?? { id: '', name: '', arguments: '' };
    draft.calls.set(index, {
      id: call.id || part.id || '',
      name: call.name || part.function?.name || '',
      arguments: call.arguments + (part.function?.arguments ?? ''),
    });
  }
  draft.finish = choice.finish_reason ?? draft.finish;
}

/** The reply of a finished draft. `turn` makes ids for servers that give none. */
export function replyOf(draft: ChatDraft, turn: number, guessed: Usage): ModelReply {
  const text: ReplyBlock[] = draft.text === '' ? [] : [{ type: 'text', text: draft.text }];
  const calls = [...draft.calls].map(
    ([index, call]): ReplyBlock => ({
      type: 'tool_use',
      id: call.id || `call-${turn}-${index}`,
      name: call.name,
      ...toolInputOf(call.arguments),
    }),
  );
  return {
    content: [...text, ...calls],
    stop: stopOf(draft),
    ...(draft.usage === undefined
      ? { usage: guessed, estimated: true as const }
      : { usage: chatUsage(draft.usage) }),
    model: draft.model,
  };
}

/** Some servers say `stop` where they call a tool, so the calls themselves decide. */
function stopOf({ refused, finish, calls }: ChatDraft): StopReason {
  if (refused || finish === 'content_filter') return 'refusal';
  if (finish === 'length') return 'length';
  return calls.size > 0 ? 'tool' : 'end';
}
