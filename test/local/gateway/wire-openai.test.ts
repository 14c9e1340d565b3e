import { describe, expect, test } from '@jest/globals';
import type { ServedProvider } from '../../../lib/domain/run.ts';
import type { Wire } from '../../../lib/domain/wire-names.ts';
import { relayOf } from '../../../lib/providers/provider.ts';
import { ledgerWireTurns, replayRelay } from '../../../lib/providers/wire-replay.ts';
import { type Scene, scene } from './scene.ts';

const usage = { input: 100, cacheRead: 30, cacheWrite: 10, output: 20 };
const key = 'brass-kettle-orchard-9213';
const secret = `ghp_${'a1'.repeat(18)}`;
const done = [
  { type: 'text', text: `Use ${secret}.` },
  { type: 'tool_use', name: 'run', input: { command: `echo ${secret}` } },
] as const;
const chat = {
  path: '/chat/completions',
  body: {
    model: 'gpt-of-the-client',
    messages: [
      { role: 'system', content: 'You are the coder.' },
      { role: 'user', content: 'Fix it.' },
    ],
    max_tokens: 1000,
  },
};
const responses = {
  path: '/responses',
  body: {
    model: 'gpt-of-the-client',
    instructions: 'You are the coder.',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] }],
    max_output_tokens: 1000,
  },
};
const forms = { 'chat-completions': chat, responses };

const post = ({ gateway, coder }: Scene, path: string, body: unknown) =>
  fetch(`${gateway.url}/wire/openai/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${coder.token}` },
    body: JSON.stringify(body),
  });
const errorIn = async (answer: Response) =>
  ((await answer.json()) as { error: { type: string; message: string; code: string } }).error;

/** A run whose provider is the scripted server, as that provider speaks. */
function openaiScene(
  provider: ServedProvider,
  turns: Parameters<typeof scene>[0],
  play: (scene: Scene) => Promise<void>,
  more: {
    wires?: readonly Wire[];
    budget?: { dollars: number; tokens: number; turns: number };
  } = {},
) {
  const { wires, ...settings } = more;
  const options = {
    relayOf: (choice) => relayOf(choice, { openai: key, 'openai-compatible': key }),
  } satisfies Parameters<typeof scene>[1]['options'];
  const served = (model: Scene['model']) => ({
    provider,
    baseUrl: model.openaiUrl,
    ...(wires && { wires }),
  });
  return scene(turns, { ...settings, options, served }, play);
}

describe.each(['chat-completions', 'responses'] as const)('%s', (wire) => {
  const { path, body } = forms[wire];

  test.each([true, false])('is relayed, paid for and recorded; stream: %s', async (stream) => {
    await openaiScene('openai', [{ content: done, usage }], async (all) => {
      const answer = await post(all, path, { ...body, stream, store: false, user: 'u' });
      expect(answer.status).toBe(200);
      const text = await answer.text();
      if (!stream) expect(text).toContain(secret);
      const [event] = await all.world.events('model.called');
      expect(event?.data).toMatchObject({
        wire,
        stream,
        provider: 'openai',
        model: 'claude-sonnet-5-5',
        answeredAs: 'scripted-model',
        dropped: ['user'],
        usage,
      });
      expect(Number(event?.data?.redacted)).toBeGreaterThanOrEqual(2);
      const digest = String(event?.data?.reply);
      const kept = (await all.world.ports.ledger.payload(all.world.run.id, digest)).toString();
      expect(kept).toContain('[redacted]');
      expect(kept).not.toContain(secret.slice(4, 16));
      const [sent] = all.model.requests;
      expect(sent).toMatchObject({ model: 'claude-sonnet-5-5', key, stream });
      expect(sent?.body).not.toHaveProperty('user');
    });
  });

  test('whose stream breaks off or goes over the budget ends by an error of its own shape', async () => {
    const budget = { dollars: 5, tokens: 2000, turns: 10 };
    const dear = { ...usage, output: 2500 };
    for (const failures of [['cut'], []] as const) {
      const turns = [{ content: done, usage: dear, failures }];
      await openaiScene(
        'openai',
        turns,
        async (all) => {
          const text = await (await post(all, path, { ...body, stream: true })).text();
          const last = text.trimEnd().split('\n').at(-1) ?? '';
          const data = JSON.parse(last.replace(/^data: /, ''));
          const error = wire === 'responses' ? data.response.error : data.error;
          expect(error).toMatchObject({
            code:
              failures.length > 0
                ? wire === 'responses'
                  ? 'server_error'
                  : null
                : 'insufficient_quota',
          });
          expect(text).not.toContain('response.completed');
          expect(text).not.toContain('[DONE]');
          expect(await all.world.events('model.failed')).toHaveLength(1);
        },
        { budget },
      );
    }
  });

  test('can be replayed in the form that it was recorded in, and in no other', async () => {
    await openaiScene('openai', [{ content: done.slice(1), usage }], async (all) => {
      const { ports, run } = all.world;
      await (await post(all, path, { ...body, stream: true })).text();
      await ports.stages.leave(all.coder.grant.stage, 'd'.repeat(64), []);
      const relay = replayRelay(await ledgerWireTurns(ports.ledger, run.id, ports.stages));
      const [event] = await all.world.events('model.called');
      const kept = await ports.ledger.payload(run.id, String(event?.data?.reply));
      const call = {
        wire,
        stream: true,
        choice: { provider: 'replay', model: 'x' },
        address: { run: 'r-2', role: 'coder', round: 1, attempt: 1, turn: 1 },
        body: {},
        headers: {},
        signal: new AbortController().signal,
      } as const;
      const again: Uint8Array[] = [];
      for await (const bytes of (await relay(call)).body) again.push(bytes);
      expect(Buffer.concat(again).toString()).toBe(kept.toString());
      await expect(relay({ ...call, stream: false })).rejects.toThrow('recorded as a stream of');
      await expect(relay({ ...call, wire: 'messages' })).rejects.toThrow('is nothing else');
      const second = { ...call, address: { ...call.address, turn: 2 } };
      await expect(relay(second)).rejects.toThrow('is not recorded');
    });
  });
});

describe('what the rules refuse', () => {
  const picture = { type: 'image_url', image_url: { url: 'https://x/?q=1' } };
  const refusals: [string, { path: string; body: object }, object][] = [
    ['a search of the web', chat, { web_search_options: {} }],
    ['storing', chat, { store: true }],
    ['more than one reply', chat, { n: 2 }],
    ['a picture to be fetched', chat, { messages: [{ role: 'user', content: [picture] }] }],
    ['a file', chat, { messages: [{ role: 'user', content: [{ type: 'file' }] }] }],
    ['a thread', responses, { previous_response_id: 'r' }],
    ['a conversation', responses, { conversation: 'c' }],
    ['work in the background', responses, { background: true }],
    ['a tool that the provider runs', responses, { tools: [{ type: 'web_search' }] }],
    ['other servers', responses, { tools: [{ type: 'mcp', server_url: 'https://x' }] }],
    [
      'a shell over there',
      responses,
      { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] },
    ],
    [
      'tools in a namespace',
      responses,
      { tools: [{ type: 'namespace', tools: [{ type: 'mcp' }] }] },
    ],
    [
      'tools in the input',
      responses,
      { input: [{ type: 'additional_tools', tools: [{ type: 'mcp' }] }] },
    ],
    ['what is kept there', responses, { input: [{ type: 'item_reference', id: 'i' }] }],
    [
      'a picture that a tool gives',
      responses,
      {
        input: [
          {
            type: 'function_call_output',
            call_id: 'c',
            output: [{ type: 'input_image', image_url: 'https://x' }],
          },
        ],
      },
    ],
  ];
  test.each(refusals)('%s', async (_, { path, body }, more) => {
    await openaiScene('openai', [{ content: done }], async (all) => {
      const answer = await post(all, path, { ...body, ...more });
      expect(answer.status).toBe(400);
      expect(await errorIn(answer)).toMatchObject({ type: 'invalid_request_error' });
      expect(all.model.requests).toEqual([]);
    });
  });

  test('a protocol that the provider does not speak, naming those that it does', async () => {
    await openaiScene('openai-compatible', [{ content: done }], async (all) => {
      const answer = await post(all, responses.path, responses.body);
      expect(answer.status).toBe(403);
      expect((await errorIn(answer)).message).toContain('it speaks chat-completions');
      expect((await post(all, chat.path, chat.body)).status).toBe(200);
    });
    const wires = ['chat-completions', 'messages'] as const;
    await openaiScene(
      'openai-compatible',
      [{ content: done }],
      async (all) => {
        const answer = await fetch(`${all.gateway.url}/wire/anthropic/v1/messages`, {
          method: 'POST',
          headers: { 'x-api-key': all.coder.token ?? '' },
          body: JSON.stringify({
            max_tokens: 9,
            system: 'You are the coder.',
            messages: [{ role: 'user', content: 'Fix it.' }],
          }),
        });
        expect(answer.status).toBe(200);
        expect(all.model.requests[0]).toMatchObject({ protocol: 'anthropic', key });
      },
      { wires },
    );
  });
});
