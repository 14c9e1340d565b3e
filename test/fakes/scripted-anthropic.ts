import type { StopReason } from '../../lib/domain/model.ts';
import type { ScriptedPart, ScriptedReply, Wire } from './scripted-model.ts';

const stops: Record<StopReason, string> = {
  end: 'end_turn',
  tool: 'tool_use',
  length: 'max_tokens',
  refusal: 'refusal',
};

/** Anthropic Messages. */
export const anthropicWire: Wire = {
  protocol: 'anthropic',
  read(body) {
    const system =
      typeof body.system === 'string'
        ? body.system
        : (body.system ?? []).map((block: { text: string }) => block.text).join('\n');
    const user = body.messages.find((message: { role: string }) => message.role === 'user');
    return {
      system,
      firstUser: JSON.stringify(user?.content ?? '', (key, value) =>
        key === 'cache_control' ? undefined : value,
      ),
      assistantMessages: body.messages.filter((m: { role: string }) => m.role === 'assistant')
        .length,
    };
  },
  whole: (reply) => ({ ...head(reply), content: reply.content.map(block), ...end(reply) }),
  events: (reply) => [
    event('message_start', {
      message: {
        ...head(reply),
        content: [],
        stop_reason: null,
        usage: { ...end(reply).usage, output_tokens: 1 },
      },
    }),
    event('ping', {}),
    ...reply.content.flatMap((part, index) => [
      event('content_block_start', { index, content_block: emptyBlock(part, index) }),
      ...deltas(part).map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]),
    event('message_delta', {
      delta: { stop_reason: end(reply).stop_reason, stop_sequence: null },
      usage: { output_tokens: reply.usage.output },
    }),
    event('message_stop', {}),
  ],
  error: (status, message) => ({ type: 'error', error: { type: typeOf(status), message } }),
  errorEvent: () => event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
};

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function head({ id, model }: ScriptedReply) {
  return { id, type: 'message', role: 'assistant', model, stop_sequence: null };
}

function end({ stop, usage }: ScriptedReply) {
  return {
    stop_reason: stops[stop],
    usage: {
      input_tokens: usage.input,
      cache_read_input_tokens: usage.cacheRead,
      cache_creation_input_tokens: usage.cacheWrite,
      output_tokens: usage.output,
    },
  };
}

function block(part: ScriptedPart, index: number) {
  if (part.type !== 'tool_use') return part;
  return {
    type: 'tool_use',
    id: part.id ?? `toolu_${index}`,
    name: part.name,
    input: part.input ?? {},
  };
}

function emptyBlock(part: ScriptedPart, index: number) {
  if (part.type === 'text') return { type: 'text', text: '' };
  if (part.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { ...block(part, index), input: {} };
}

function deltas(part: ScriptedPart): object[] {
  if (part.type === 'text') return halves(part.text).map((text) => ({ type: 'text_delta', text }));
  if (part.type === 'thinking') {
    return [
      { type: 'thinking_delta', thinking: part.thinking },
      { type: 'signature_delta', signature: part.signature },
    ];
  }
  const raw = part.rawInput ?? JSON.stringify(part.input ?? {});
  return halves(raw).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

/** So that every streamed text comes in more than one piece. */
function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  if (status === 529) return 'overloaded_error';
  return status < 500 ? 'invalid_request_error' : 'api_error';
}
