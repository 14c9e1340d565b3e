import type { StopReason } from '../../lib/domain/model.ts';
import type { ScriptedReply, Wire } from './scripted-model.ts';

const stops: Record<StopReason, string> = {
  end: 'stop',
  tool: 'tool_calls',
  length: 'length',
  refusal: 'content_filter',
};

/** OpenAI Chat Completions. */
export const openaiWire: Wire = {
  protocol: 'openai',
  read(body) {
    const of = (role: string) => body.messages.filter((m: { role: string }) => m.role === role);
    return {
      system: [...of('system'), ...of('developer')].map((m) => String(m.content)).join('\n'),
      firstUser: JSON.stringify(of('user')[0]?.content ?? ''),
      assistantMessages: of('assistant').length,
    };
  },
  whole: (reply) => ({
    ...head(reply, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: textOf(reply) || null, tool_calls: calls(reply) },
        finish_reason: stops[reply.stop],
      },
    ],
    usage: usage(reply),
  }),
  events: (reply) => {
    const chunk = (delta: object, finish: string | null = null) =>
      data({
        ...head(reply, 'chat.completion.chunk'),
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    return [
      chunk({ role: 'assistant', content: '' }),
      ...halves(textOf(reply)).map((content) => chunk({ content })),
      ...(calls(reply) ?? []).flatMap(({ function: made, ...call }, index) => [
        chunk({ tool_calls: [{ index, ...call, function: { name: made.name, arguments: '' } }] }),
        ...halves(made.arguments).map((part) =>
          chunk({ tool_calls: [{ index, function: { arguments: part } }] }),
        ),
      ]),
      chunk({}, stops[reply.stop]),
      data({ ...head(reply, 'chat.completion.chunk'), choices: [], usage: usage(reply) }),
      'data: [DONE]\n\n',
    ];
  },
  error: (status, message) => ({ error: { message, type: 'scripted', code: String(status) } }),
  errorEvent: () => data({ error: { message: 'Overloaded', type: 'server_error' } }),
};

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function head({ id, model }: ScriptedReply, object: string) {
  return { id, object, created: 0, model };
}

function textOf({ content }: ScriptedReply): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function calls({ content }: ScriptedReply) {
  const made = content.flatMap((part, index) =>
    part.type === 'tool_use'
      ? [
          {
            id: part.id ?? `call_${index}`,
            type: 'function',
            function: {
              name: part.name,
              arguments: part.rawInput ?? JSON.stringify(part.input ?? {}),
            },
          },
        ]
      : [],
  );
  return made.length === 0 ? undefined : made;
}

function usage({ usage }: ScriptedReply) {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
  };
}

function halves(text: string): string[] {
  if (text === '') return [];
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
