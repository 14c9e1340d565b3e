import { describe, expect, test } from '@jest/globals';
import { anthropicProvider } from '../../lib/providers/anthropic.ts';
import type { ScriptedPart } from '../fakes/scripted-model.ts';
import { callTo, coder, impatient, quick, request, thrown, withModel } from './provider-fixture.ts';

const key = 'sk-ant-api03-0123456789abcdefghijklmnop';
const provider = anthropicProvider(key, quick);
const done: ScriptedPart[] = [{ type: 'text', text: 'All done.' }];

describe('a reply', () => {
  test('comes with its text, tool calls, stop reason, usage and the name the server gave', async () => {
    const usage = { input: 10, cacheRead: 20, cacheWrite: 30, output: 40 };
    const content: ScriptedPart[] = [
      { type: 'text', text: 'Reading.' },
      { type: 'tool_use', name: 'read', id: 't1', input: { path: 'a.ts' } },
    ];
    await withModel([coder({ content, usage })], async (server) => {
      const reply = await provider(callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }));
      expect(reply).toEqual({
        content: [
          { type: 'text', text: 'Reading.' },
          { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a.ts' } },
        ],
        stop: 'tool',
        usage,
        model: 'scripted-model',
      });
      expect(server.requests).toMatchObject([{ key, model: 'claude-x', stream: true }]);
    });
  });

  test.each([
    ['end', 'end'],
    ['length', 'length'],
    ['refusal', 'refusal'],
  ] as const)('keeps the stop reason %s', async (stop, expected) => {
    await withModel([coder({ content: done, stop })], async (server) => {
      const reply = await provider(callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }));
      expect(reply.stop).toBe(expected);
    });
  });

  test.each(['{"path": "a', '[1]', '"text"'])(
    'keeps tool input %s as invalid',
    async (rawInput) => {
      const content: ScriptedPart[] = [{ type: 'tool_use', name: 'read', rawInput }];
      await withModel([coder({ content })], async (server) => {
        const reply = await provider(
          callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }),
        );
        expect(reply.content).toMatchObject([{ type: 'tool_use', input: {}, invalid: rawInput }]);
      });
    },
  );
});

describe('a request', () => {
  test('marks what is to be cached and gives thinking back where it stood', async () => {
    const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'signed' } as const;
    const content: ScriptedPart[] = [thinking, { type: 'tool_use', name: 'read', id: 't1' }];
    await withModel([coder({ content }, { content: done })], async (server) => {
      const to = { provider: 'anthropic', baseUrl: server.anthropicUrl } as const;
      const first = await provider(callTo(to));
      const messages = [
        ...request.messages,
        { role: 'assistant' as const, content: first.content },
        {
          role: 'user' as const,
          content: [{ type: 'tool_result' as const, toolUseId: 't1', content: '', isError: false }],
        },
      ];
      await provider(callTo(to, { request: { ...request, messages } }));
      const cached = { cache_control: { type: 'ephemeral' } };
      expect(server.requests[1]?.body).toMatchObject({
        max_tokens: 1000,
        system: [{ text: request.system, ...cached }],
        tools: [{ name: 'read', input_schema: { type: 'object' } }],
        messages: [
          { role: 'user', content: [{ text: 'Fix it.', ...cached }] },
          { role: 'assistant', content: [thinking, { type: 'tool_use', id: 't1' }] },
          {
            content: [{ type: 'tool_result', content: '(no output)', is_error: false, ...cached }],
          },
        ],
      });
    });
  });

  test('lets nothing but thinking through in an opaque part', async () => {
    const image = { type: 'image', source: { type: 'url', url: 'http://example.com/x' } };
    await withModel([coder({ content: done })], async (server) => {
      const content = [
        { type: 'opaque' as const, data: JSON.stringify(image) },
        { type: 'opaque' as const, data: 'no json' },
        { type: 'text' as const, text: 'Fix it.' },
      ];
      await provider(
        callTo(
          { provider: 'anthropic', baseUrl: server.anthropicUrl },
          { request: { ...request, messages: [{ role: 'user', content }] } },
        ),
      );
      expect(server.requests[0]?.body.messages[0].content).toMatchObject([{ type: 'text' }]);
    });
  });

  test('is sent again without thinking that the API no longer accepts', async () => {
    const refused = { status: 400, message: 'thinking blocks cannot be modified' };
    const turns = coder({ content: done }, { failures: [refused], content: done });
    await withModel([turns], async (server) => {
      const data = JSON.stringify({ type: 'thinking', thinking: 'Hm.', signature: 'signed' });
      const said = [{ type: 'opaque' as const, data }, done[0] as { type: 'text'; text: string }];
      const messages = [
        ...request.messages,
        { role: 'assistant' as const, content: said },
        { role: 'user' as const, content: [{ type: 'text' as const, text: 'Go on.' }] },
      ];
      await provider(
        callTo(
          { provider: 'anthropic', baseUrl: server.anthropicUrl },
          { request: { ...request, messages } },
        ),
      );
      expect(server.requests.map(({ body }) => body.messages[1].content[0].type)).toEqual([
        'thinking',
        'text',
      ]);
    });
  });
});

describe('a failing provider', () => {
  test.each([
    ['429', { status: 429, retryAfterMs: 1 }],
    ['500', { status: 500, retryAfterMs: 1 }],
    ['529', { status: 529, retryAfterMs: 1 }],
    ['a cut stream', 'cut'],
    ['an overload in mid-stream', 'overloaded-mid-stream'],
    ['a stalled stream', 'stall'],
    ['silence', 'silence'],
  ] as const)('is asked again after %s', async (_name, failure) => {
    await withModel([coder({ failures: [failure], content: done })], async (server) => {
      const silent = failure === 'stall' || failure === 'silence';
      const asking = silent ? anthropicProvider(key, impatient) : provider;
      const reply = await asking(callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }));
      expect(reply.content).toEqual(done);
      expect(server.requests).toHaveLength(2);
    });
  });

  test('that breaks off has its tokens counted', async () => {
    const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 };
    await withModel([coder({ failures: ['cut'], content: done, usage })], async (server) => {
      const reply = await provider(callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }));
      expect(reply.usage).toMatchObject({ input: 20 });
    });
  });

  test.each([
    ['a cut stream', 'cut', 3, true],
    ['429', { status: 429, retryAfterMs: 1 }, 3, false],
    ['529', { status: 529, retryAfterMs: 1 }, 3, false],
    ['400', { status: 400 }, 1, false],
  ] as const)('that goes on with %s is given up', async (_name, failure, requests, used) => {
    await withModel([coder({ failures: [failure] })], async (server) => {
      const error = await thrown(
        provider,
        callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }),
      );
      expect(error).toMatchObject({ name: 'ModelFailed', used });
      expect(server.requests).toHaveLength(requests);
    });
  });

  test.each([401, 403])(
    'that refuses the key with %d is told with the setting, never the key',
    async (status) => {
      const failure = { status, message: `invalid key ${key}` };
      await withModel([coder({ failures: [failure] })], async (server) => {
        const error = await thrown(
          provider,
          callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }),
        );
        expect(error.message).toContain('ANTHROPIC_API_KEY');
        expect(error.message).not.toContain(key);
        expect(server.requests).toHaveLength(1);
      });
    },
  );

  test('that repeats the key in another error does not bring it into ours', async () => {
    const failure = { status: 400, message: `bad header ${key}` };
    await withModel([coder({ failures: [failure] })], async (server) => {
      const error = await thrown(
        provider,
        callTo({ provider: 'anthropic', baseUrl: server.anthropicUrl }),
      );
      expect(error.message).toContain('[redacted]');
      expect(error.message).not.toContain(key);
    });
  });

  test('that is not there has used nothing', async () => {
    const error = await thrown(
      provider,
      callTo({ provider: 'anthropic', baseUrl: 'http://127.0.0.1:9' }),
    );
    expect(error).toMatchObject({ name: 'ModelFailed', used: false });
  });
});

test('a call that is given up ends at once', async () => {
  await withModel([coder({ content: done, delayMs: 60_000 })], async (server) => {
    const controller = new AbortController();
    const failure = thrown(
      provider,
      callTo(
        { provider: 'anthropic', baseUrl: server.anthropicUrl },
        { signal: controller.signal },
      ),
    );
    void asked(server).then(() => controller.abort());
    expect(await failure).toMatchObject({ name: 'ModelFailed', used: true });
    expect(server.requests).toHaveLength(1);
  });
});

/** Until the server has the request, however slow the machine is. */
async function asked(server: { readonly requests: readonly unknown[] }): Promise<void> {
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
