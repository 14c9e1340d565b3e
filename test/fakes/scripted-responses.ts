import type { ScriptedPart, ScriptedReply, Wire } from './scripted-model.ts';

/** OpenAI Responses, as our own provider and coding agents use it: messages, reasoning, function calls, no hosted tools. */
export const responsesWire: Wire = {
  protocol: 'responses',
  read(body) {
    const items: Item[] = Array.isArray(body.input)
      ? body.input
      : [{ role: 'user', content: body.input }];
    const rules = items.filter(({ role }) => role === 'system' || role === 'developer');
    return {
      system: [body.instructions ?? '', ...rules.map(textOf)].join('\n'),
      firstUser: JSON.stringify(items.find(({ role }) => role === 'user') ?? ''),
      assistantMessages: turnsIn(items),
    };
  },
  whole: response,
  events: (reply) => {
    let number = 0;
    const event = (type: string, data: object) => {
      const body = { type, sequence_number: number++, ...data };
      return `event: ${type}\ndata: ${JSON.stringify(body)}\n\n`;
    };
    const done = response(reply);
    const open = { status: 'in_progress', incomplete_details: null, usage: null, output: [] };
    return [
      event('response.created', { response: { ...done, ...open } }),
      ...reply.content.flatMap((part, index) => [
        event('response.output_item.added', { output_index: index, item: begun(part, index) }),
        ...deltas(part, index).map(([type, data]) => event(type, data)),
        event('response.output_item.done', { output_index: index, item: item(part, index) }),
      ]),
      event(`response.${done.status}`, { response: done }),
    ];
  },
  error: (status, message) => ({ error: { message, type: 'scripted', code: String(status) } }),
  errorEvent: () => {
    const error = { code: 'server_error', message: 'Overloaded', param: null };
    return `event: error\ndata: ${JSON.stringify({ type: 'error', ...error })}\n\n`;
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

function response({ id, model, content, stop, usage }: ScriptedReply) {
  const whole = stop === 'end' || stop === 'tool';
  const reason = stop === 'length' ? 'max_output_tokens' : 'content_filter';
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    id,
    object: 'response',
    created_at: 0,
    model,
    status: whole ? 'completed' : 'incomplete',
    incomplete_details: whole ? null : { reason },
    error: null,
    output: content.map(item),
    usage: {
      input_tokens: input,
      input_tokens_details: {
        cached_tokens: usage.cacheRead,
        cache_write_tokens: usage.cacheWrite,
      },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + usage.output,
    },
  };
}

function item(part: ScriptedPart, index: number): object {
  if (part.type === 'text') return message(part.text, index);
  if (part.type === 'thinking') return reasoning(part.signature, index);
  return { ...call(part, index), arguments: madeBy(part), status: 'completed' };
}

function begun(part: ScriptedPart, index: number): object {
  const open = { status: 'in_progress' };
  if (part.type === 'text') return { ...message('', index), ...open, content: [] };
  if (part.type === 'thinking') return reasoning('', index);
  return { ...call(part, index), ...open, arguments: '' };
}

function message(text: string, index: number) {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { type: 'message', id: `msg_${index}`, role: 'assistant', status: 'completed', content };
}

function reasoning(encrypted: string, index: number) {
  return { type: 'reasoning', id: `rs_${index}`, summary: [], encrypted_content: encrypted };
}

type Call = Extract<ScriptedPart, { type: 'tool_use' }>;

function call({ name, namespace, id: called }: Call, index: number) {
  const id = called ?? `call_${index}`;
  const within = namespace === undefined ? {} : { namespace };
  return { type: 'function_call', id: `fc_${id}`, call_id: id, ...within, name };
}

function madeBy({ rawInput, input = {} }: Call): string {
  return rawInput ?? JSON.stringify(input);
}

function deltas(part: ScriptedPart, index: number): [string, object][] {
  if (part.type === 'thinking') return [];
  if (part.type === 'tool_use') {
    const place = { output_index: index, item_id: call(part, index).id };
    const made = madeBy(part);
    const grows = halves(made).map((delta): [string, object] => [
      'response.function_call_arguments.delta',
      { ...place, delta },
    ]);
    return [...grows, ['response.function_call_arguments.done', { ...place, arguments: made }]];
  }
  const place = { output_index: index, item_id: `msg_${index}`, content_index: 0 };
  const empty = { type: 'output_text', text: '', annotations: [] };
  const { text } = part;
  return [
    ['response.content_part.added', { ...place, part: empty }],
    ...halves(text).map((delta): [string, object] => [
      'response.output_text.delta',
      { ...place, delta },
    ]),
    ['response.output_text.done', { ...place, text }],
    ['response.content_part.done', { ...place, part: { ...empty, text } }],
  ];
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
