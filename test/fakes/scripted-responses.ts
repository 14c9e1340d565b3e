import type { ScriptedPart, ScriptedReply, Wire } from './scripted-model.ts';

/** OpenAI Responses, as far as coding agents use it: function calls and messages, no hosted tools. */
export const responsesWire: Wire = {
  protocol: 'responses',
  read(body) {
    const items: Item[] =
      typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
    const rules = items.filter(({ role }) => role === 'system' || role === 'developer');
    return {
      system: [body.instructions ?? '', ...rules.map(textOf)].join('\n'),
      firstUser: JSON.stringify(items.find(({ role }) => role === 'user')?.content ?? ''),
      assistantMessages: turnsIn(items),
    };
  },
  whole: (reply) => response(reply, 'completed', reply.content.map(item)),
  events: (reply) => {
    let number = 0;
    const event = (type: string, data: object) => {
      const body = { type, sequence_number: number++, ...data };
      return `event: ${type}\ndata: ${JSON.stringify(body)}\n\n`;
    };
    const events = [
      event('response.created', { response: response(reply, 'in_progress', []) }),
      ...reply.content.flatMap((part, index) => [
        event('response.output_item.added', { output_index: index, item: begun(part, index) }),
        ...deltas(part, index).map(([type, data]) => event(type, data)),
        event('response.output_item.done', { output_index: index, item: item(part, index) }),
      ]),
    ];
    const whole = response(reply, 'completed', reply.content.map(item));
    return [...events, event('response.completed', { response: whole })];
  },
  error: (status, message) => ({ error: { message, type: 'scripted', code: String(status) } }),
  errorEvent: () => {
    const error = { code: 'server_is_overloaded', message: 'Overloaded' };
    const data = { type: 'response.failed', response: { id: 'scripted', status: 'failed', error } };
    return `event: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
  },
};

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: unknown;
}

function textOf({ content }: Item): string {
  if (typeof content === 'string') return content;
  return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
}

/** One reply of the model is several items: a turn is a row of them. */
function turnsIn(items: readonly Item[]): number {
  const own = items.map(
    ({ type = 'message', role }) =>
      role === 'assistant' || ['function_call', 'custom_tool_call', 'reasoning'].includes(type),
  );
  return own.filter((is, n) => is && own[n - 1] !== true).length;
}

function response(reply: ScriptedReply, status: string, output: readonly object[]) {
  const { usage } = reply;
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    id: reply.id,
    object: 'response',
    created_at: 0,
    model: reply.model,
    status,
    output,
    error: null,
    incomplete_details: null,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: usage.cacheRead },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + usage.output,
    },
  };
}

function item(part: ScriptedPart, index: number): object {
  if (part.type === 'text') return message(part.text, index, 'completed');
  if (part.type === 'thinking') return { type: 'reasoning', id: `rs_${index}`, summary: [] };
  const text = part.rawInput ?? JSON.stringify(part.input ?? {});
  return { ...call(part, index), arguments: text, status: 'completed' };
}

function begun(part: ScriptedPart, index: number): object {
  if (part.type === 'text') return { ...message('', index, 'in_progress'), content: [] };
  if (part.type === 'thinking') return item(part, index);
  return { ...call(part, index), arguments: '', status: 'in_progress' };
}

function message(text: string, index: number, status: string) {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { type: 'message', id: `msg_${index}`, role: 'assistant', status, content };
}

function call(part: Extract<ScriptedPart, { type: 'tool_use' }>, index: number) {
  const id = part.id ?? `call_${index}`;
  return { type: 'function_call', id: `fc_${id}`, call_id: id, name: part.name };
}

function deltas(part: ScriptedPart, index: number): [string, object][] {
  const at = { output_index: index };
  if (part.type === 'text') {
    const place = { ...at, item_id: `msg_${index}`, content_index: 0 };
    const empty = { type: 'output_text', text: '', annotations: [] };
    return [
      ['response.content_part.added', { ...place, part: empty }],
      ...halves(part.text).map((delta): [string, object] => [
        'response.output_text.delta',
        { ...place, delta },
      ]),
      ['response.output_text.done', { ...place, text: part.text }],
      ['response.content_part.done', { ...place, part: { ...empty, text: part.text } }],
    ];
  }
  if (part.type === 'thinking') return [];
  const text = part.rawInput ?? JSON.stringify(part.input ?? {});
  const place = { ...at, item_id: `fc_${part.id ?? `call_${index}`}` };
  return [
    ...halves(text).map((delta): [string, object] => [
      'response.function_call_arguments.delta',
      { ...place, delta },
    ]),
    ['response.function_call_arguments.done', { ...place, arguments: text }],
  ];
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
