import { describe, expect, test } from '@jest/globals';
import { openaiCompatibleProvider } from '../../lib/providers/openai-compatible.ts';
import { type ScriptedPart, startScriptedModel } from '../fakes/scripted-model.ts';
import { callTo, coder, impatient, quick, request, thrown, withModel } from './provider-fixture.ts';

const key = 'sk-proj-0123456789abcdefghijklmnop';
const provider = openaiCompatibleProvider(key, quick);
const done: ScriptedPart[] = [{ type: 'text', text: 'All done.' }];

test('a reply comes with its text, tool calls, usage and model', async () => {
  const usage = { input: 10, cacheRead: 20, cacheWrite: 0, output: 40 };
  const content: ScriptedPart[] = [
    { type: 'text', text: 'Reading.' },
    { type: 'tool_use', name: 'read', id: 't1', input: { path: 'a.ts' } },
    { type: 'tool_use', name: 'read', id: 't2', rawInput: '{"path' },
  ];
  await withModel([coder({ content, usage })], async (server) => {
    const reply = await provider(
      callTo({ provider: 'openai-compatible', baseUrl: server.openaiUrl }),
    );
    expect(reply).toEqual({
      content: [
        { type: 'text', text: 'Reading.' },
        { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a.ts' } },
        { type: 'tool_use', id: 't2', name: 'read', input: {}, invalid: '{"path' },
      ],
      stop: 'tool',
      usage,
      model: 'scripted-model',
    });
  });
});

test('the conversation goes out as system, user, assistant and tool messages', async () => {
  await withModel([coder({ content: done }, { content: done })], async (server) => {
    const to = { provider: 'openai-compatible', baseUrl: server.openaiUrl } as const;
    await provider(callTo(to));
    const messages = [
      ...request.messages,
      {
        role: 'assistant' as const,
        content: [
          { type: 'opaque' as const, data: '{}' },
          { type: 'tool_use' as const, id: 't1', name: 'read', input: {}, invalid: '{"pa' },
        ],
      },
      {
        role: 'user' as const,
        content: [
          { type: 'tool_result' as const, toolUseId: 't1', content: 'not JSON', isError: true },
          { type: 'text' as const, text: 'Go on.' },
        ],
      },
    ];
    await provider(callTo(to, { request: { ...request, messages } }));
    expect(server.requests[1]?.body).toMatchObject({
      max_completion_tokens: 1000,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'read' } }],
    });
    expect(server.requests[1]?.body.messages).toEqual([
      { role: 'system', content: request.system },
      { role: 'user', content: 'Fix it.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'read', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 't1', content: 'not JSON' },
      { role: 'user', content: 'Go on.' },
    ]);
  });
});

test('a server that objects to a parameter is asked in its own way, and remembered', async () => {
  const failures = [
    { status: 400, message: 'unknown parameter max_completion_tokens' },
    { status: 400, message: 'stream_options is not supported' },
  ];
  const fresh = () => openaiCompatibleProvider(undefined, quick);
  await withModel(
    [coder({ failures, content: done }), coder({ content: done })],
    async (server) => {
      const to = { provider: 'openai-compatible', baseUrl: server.openaiUrl } as const;
      await fresh()(callTo(to));
      await fresh()(callTo(to));
      expect(server.requests).toHaveLength(4);
      for (const { body } of server.requests.slice(2)) {
        expect(body).toMatchObject({ max_tokens: 1000 });
        expect(body).not.toHaveProperty('stream_options');
        expect(body).not.toHaveProperty('max_completion_tokens');
      }
    },
  );
});

describe('a form for the reply', () => {
  const responseSchema = { name: 'answer', schema: { type: 'object', properties: {} } };
  const asked = { request: { ...request, responseSchema, temperature: 0.5 } };

  test('is asked of the server, with the temperature', async () => {
    await withModel([coder({ content: done })], async (server) => {
      const to = { provider: 'openai-compatible', baseUrl: server.openaiUrl } as const;
      await provider(callTo(to, asked));
      expect(server.requests[0]?.body).toMatchObject({
        response_format: { type: 'json_schema', json_schema: { ...responseSchema, strict: true } },
        temperature: 0.5,
      });
    });
  });

  test('is not asked again of a server that knows none', async () => {
    const script = {
      turns: [coder({ content: done }), coder({ content: done })],
      refuses: ['response_format', 'temperature'],
    };
    const server = await startScriptedModel(script);
    try {
      const to = { provider: 'openai-compatible', baseUrl: server.openaiUrl } as const;
      await provider(callTo(to, asked));
      await provider(callTo(to, asked));
      const sent = server.requests.map(({ body }) => [
        'response_format' in body,
        'temperature' in body,
      ]);
      expect(sent).toEqual([
        [true, true],
        [false, true],
        [false, false],
        [false, false],
      ]);
    } finally {
      await server.close();
    }
  });
});

describe('a failing server', () => {
  test.each([
    ['429', { status: 429, retryAfterMs: 1 }],
    ['500', { status: 500, retryAfterMs: 1 }],
    ['a cut stream', 'cut'],
    ['an error in mid-stream', 'overloaded-mid-stream'],
    ['a stalled stream', 'stall'],
  ] as const)('is asked again after %s', async (_name, failure) => {
    await withModel([coder({ failures: [failure], content: done })], async (server) => {
      const limits = failure === 'stall' ? impatient : quick;
      const reply = await openaiCompatibleProvider(
        key,
        limits,
      )(callTo({ provider: 'openai-compatible', baseUrl: server.openaiUrl }));
      expect(reply.content).toEqual(done);
      expect(server.requests).toHaveLength(2);
    });
  });

  test('that refuses the key is told with the setting, never the key', async () => {
    const failure = { status: 401, message: `Incorrect API key provided: ${key}` };
    await withModel([coder({ failures: [failure] })], async (server) => {
      const error = await thrown(
        provider,
        callTo({ provider: 'openai-compatible', baseUrl: server.openaiUrl }),
      );
      expect(error).toMatchObject({ name: 'ModelFailed', used: false });
      expect(error.message).toContain('OPENAI_API_KEY');
      expect(error.message).not.toContain(key);
    });
  });
});

test('a call that is given up ends at once', async () => {
  await withModel([coder({ failures: ['stall'] })], async (server) => {
    const controller = new AbortController();
    void asked(server).then(() => controller.abort());
    const error = await thrown(
      provider,
      callTo(
        { provider: 'openai-compatible', baseUrl: server.openaiUrl },
        { signal: controller.signal },
      ),
    );
    expect(error).toMatchObject({ name: 'ModelFailed', used: true });
    expect(server.requests).toHaveLength(1);
  });
});

/** Until the server has the request, however slow the machine is. */
async function asked(server: { readonly requests: readonly unknown[] }): Promise<void> {
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
