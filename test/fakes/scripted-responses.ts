import type { ScriptedPart, ScriptedReply, Wire } from './scripted-model.ts';

/** OpenAI Responses. */
export const responsesWire: Wire = {
  protocol: 'responses',
  read(body) {
    const items = Array.isArray(body.input) ? body.input : [{ role: 'user', content: body.input }];
    const model = ['function_call', 'reasoning'];
    const spoke = items.map(
      (item: { type?: string; role?: string }) =>
        item.role === 'assistant' || model.includes(item.type ?? ''),
    );
    return {
      system: String(body.instructions ?? ''),
      firstUser: JSON.stringify(items.find((item: { role?: string }) => item.role === 'user')),
      // Items of one turn stand together.
      assistantMessages: spoke.filter((said: boolean, at: number) => said && !spoke[at - 1]).length,
    };
  },
  whole: response,
  events: (reply) => {
    let sequence = 0;
    const event = (type: string, data: object) => {
      sequence += 1;
      return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...data })}\n\n`;
    };
    const { output, ...done } = response(reply);
    const begun = { ...done, status: 'in_progress', incomplete_details: null, usage: null };
    return [
      event('response.created', { response: { ...begun, output: [] } }),
      ...output.flatMap((item, index) => [
        event('response.output_item.added', { output_index: index, item }),
        ...halves(reply.content[index] as ScriptedPart).map((delta) =>
          event(
            `response.${item.type === 'message' ? 'output_text' : 'function_call_arguments'}.delta`,
            {
              output_index: index,
              item_id: item.id,
              content_index: 0,
              delta,
            },
          ),
        ),
        event('response.output_item.done', { output_index: index, item }),
      ]),
      event(`response.${done.status}`, { response: { ...done, output } }),
    ];
  },
  error: (status, message) => ({ error: { message, type: 'scripted', code: String(status) } }),
  errorEvent: () =>
    `event: error\ndata: ${JSON.stringify({ type: 'error', code: 'server_error', message: 'Overloaded', param: null })}\n\n`,
};

function response({ id, model, content, stop, usage }: ScriptedReply) {
  const reason = stop === 'length' ? 'max_output_tokens' : 'content_filter';
  const whole = stop === 'end' || stop === 'tool';
  const { input, cacheRead, cacheWrite, output } = usage;
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
      input_tokens: input + cacheRead + cacheWrite,
      input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + cacheRead + cacheWrite + output,
    },
  };
}

function item(part: ScriptedPart, index: number) {
  const id = `item_${index}`;
  if (part.type === 'tool_use') {
    const { id: call = `call_${index}`, name, input = {}, rawInput } = part;
    const made = rawInput ?? JSON.stringify(input);
    return { type: 'function_call', id, call_id: call, name, arguments: made, status: 'completed' };
  }
  if (part.type === 'thinking') {
    return { type: 'reasoning', id, summary: [], encrypted_content: part.signature };
  }
  const content = [{ type: 'output_text', text: part.text, annotations: [] }];
  return { type: 'message', id, role: 'assistant', status: 'completed', content };
}

function halves(part: ScriptedPart): string[] {
  if (part.type === 'thinking') return [];
  const text =
    part.type === 'text' ? part.text : (part.rawInput ?? JSON.stringify(part.input ?? {}));
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
