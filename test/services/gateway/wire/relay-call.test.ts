import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { relayOf } from '../../../../lib/providers/provider.ts';
import { type ScriptedTurn, startScriptedModel } from '../../../fakes/scripted-model.ts';
import { type Scene, scene } from '../../../local/gateway/scene.ts';
import { modelKey } from '../gateway-fixture.ts';

const usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 };
const text = (said: string) => [{ type: 'text', text: said }] as const;
const fails = (status: number): ScriptedTurn => ({ failures: [{ status, retryAfterMs: 1 }] });
const user = (said: string) => ({ role: 'user', content: text(said) });

/** A request of each protocol, with what was said so far; `signed` is what its own provider alone can read. */
const forms = {
  messages: {
    path: '/wire/anthropic/v1/messages',
    body: (signed: boolean) => ({
      model: 'x',
      max_tokens: 1000,
      system: 'You are the coder.',
      messages: signed
        ? [
            user('Fix it.'),
            {
              role: 'assistant',
              content: [
                { type: 'thinking', thinking: 'hm', signature: 'only-the-first-reads-this' },
                ...text('So far.'),
              ],
            },
            user('Go on.'),
          ]
        : [user('Fix it.')],
    }),
  },
  responses: {
    path: '/wire/openai/v1/responses',
    body: (signed: boolean) => ({
      model: 'x',
      max_output_tokens: 1000,
      instructions: 'You are the coder.',
      input: [
        { role: 'user', content: 'Fix it.' },
        ...(signed
          ? [
              {
                ...{ type: 'reasoning', id: 'rs_1', summary: [] },
                encrypted_content: 'only-the-first-reads-this',
              },
              {
                ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
                content: [{ type: 'output_text', text: 'So far.', annotations: [] }],
              },
              { role: 'user', content: 'Go on.' },
            ]
          : []),
      ],
    }),
  },
  'chat-completions': {
    path: '/wire/openai/v1/chat/completions',
    body: (signed: boolean) => ({
      model: 'x',
      max_tokens: 1000,
      messages: [
        { role: 'system', content: 'You are the coder.' },
        { role: 'user', content: 'Fix it.' },
        ...(signed
          ? [
              { role: 'assistant', content: 'So far.' },
              { role: 'user', content: 'Go on.' },
            ]
          : []),
      ],
    }),
  },
} as const;
type WireName = keyof typeof forms;

/** A client of a protocol before a chain of two servers that speak it. */
async function chainScene(
  wire: WireName,
  own: readonly ScriptedTurn[],
  standby: readonly ScriptedTurn[],
  play: (
    all: Scene,
    other: Awaited<ReturnType<typeof startScriptedModel>>,
    post: (stream: boolean, signed?: boolean) => Promise<Response>,
  ) => Promise<void>,
): Promise<void> {
  const other = await startScriptedModel({ turns: [{ when: 'You are', turns: standby }] });
  const at = (server: Pick<typeof other, 'anthropicUrl' | 'openaiUrl'>) =>
    wire === 'messages'
      ? ({ provider: 'anthropic', baseUrl: server.anthropicUrl } as const)
      : ({ provider: 'openai', baseUrl: server.openaiUrl } as const);
  const served = (model: Scene['model']) => ({
    ...at(model),
    fallbacks: [{ ...at(other), model: 'second' }],
  });
  const keys = { anthropic: modelKey, openai: modelKey };
  const options = { relayOf: (choice: Parameters<typeof relayOf>[0]) => relayOf(choice, keys) };
  const { path, body } = forms[wire];
  try {
    await scene(own, { served, options }, (all) =>
      play(all, other, (stream, signed = false) =>
        fetch(`${all.gateway.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${all.coder.token}` },
          body: JSON.stringify({ ...body(signed), stream }),
        }),
      ),
    );
  } finally {
    await other.close();
  }
}

const stageOf = ({ world, coder }: Scene) => world.ports.stages.get(coder.grant.stage);

describe.each(['messages', 'responses', 'chat-completions'] as const)('over %s', (wire) => {
  test.each([true, false])(
    'the next model answers in its own bytes; stream: %s',
    async (stream) => {
      const done = { content: text('From the second.'), usage };
      await chainScene(wire, [fails(529)], [done], async (all, other, post) => {
        const answer = await post(stream);
        expect(answer.status).toBe(200);
        expect(await answer.text()).toMatch(/From the|second\./);
        expect(other.requests).toMatchObject([{ model: 'second', stream }]);
        const called = await all.world.events('model.called');
        expect(called.map(({ data }) => [data?.model, data?.wire, data?.turn])).toEqual([
          ['second', wire, 2],
        ]);
        expect(await all.world.events('model.switched')).toHaveLength(1);
        expect(await stageOf(all)).toMatchObject({ link: 1 });
      });
    },
  );

  test('an attempt may have so many calls at once and no more; what was refused is in the ledger', async () => {
    const free = Promise.withResolvers<void>();
    const slow = { content: text('Done.'), usage, after: free.promise };
    await chainScene(wire, [slow], [], async (all, _, post) => {
      const first = Array.from({ length: 8 }, (__, n) => post(n % 2 === 0));
      while (all.model.requests.length < 8) await sleep(5);
      const more = await post(true);
      expect([more.status, more.headers.get('retry-after')]).toEqual([429, '5']);
      expect(await more.text()).toContain('8 model calls at once');
      free.resolve();
      await Promise.all(first.map(async (call) => (await call).text()));
      expect(await all.world.events('model.called')).toHaveLength(8);
      expect((await all.world.events('model.refused')).map(({ data }) => data)).toEqual([
        {
          ...{ role: 'coder', round: 1, attempt: 1, wire, name: 'TooManyCalls' },
          message: 'an attempt may have 8 model calls at once',
        },
      ]);
    });
  });

  test('what only the first can read goes to no other', async () => {
    const never = { content: text('never asked for') };
    const own = [never, fails(529)];
    await chainScene(wire, own, [never, { content: text('Done.') }], async (all, other, post) => {
      expect((await post(false, true)).status).toBe(200);
      const secret = 'only-the-first-reads-this';
      const sent = JSON.stringify(other.requests[0]?.body);
      expect(sent).not.toContain(secret);
      expect(sent).not.toMatch(/rs_1|msg_1/);
      expect(sent).toContain('So far.');
      if (wire !== 'chat-completions') {
        expect(JSON.stringify(all.model.requests[0]?.body)).toContain(secret);
      }
    });
  });

  test('where none can be had, the client is told by the last status, each by name; no stage fails', async () => {
    await chainScene(wire, [fails(529)], [fails(429)], async (all, _, post) => {
      const answer = await post(true);
      expect(answer.status).toBe(429);
      const said = await answer.text();
      expect(said).toMatch(/no model of the chain took the call.*:claude-sonnet-5-5: .*:second: /);
      expect((await stageOf(all))?.failure).toBeUndefined();
    });
  });
});

test('a stream that breaks off is told to its client, whose next call goes to the next model', async () => {
  const cut: ScriptedTurn = { content: text('x'), usage, failures: ['cut'] };
  const done = { content: text('Done.'), usage };
  await chainScene('messages', [cut], [done], async (all, other, post) => {
    expect(await (await post(true)).text()).toContain('event: error\n');
    expect(other.requests).toEqual([]);
    expect((await all.world.events('model.switched'))[0]?.data).toMatchObject({ turn: 1 });
    expect(await (await post(true)).text()).toContain('message_stop');
    expect(other.requests).toHaveLength(1);
    expect(all.model.requests).toHaveLength(1);
  });
});

test('a whole answer that breaks off is asked of the next model at once', async () => {
  const cut: ScriptedTurn = { content: text('x'), usage, failures: ['cut'] };
  await chainScene('messages', [cut], [{ content: text('Done.') }], async (all, _, post) => {
    expect(await (await post(false)).text()).toContain('Done.');
    expect(await all.world.events('model.switched')).toHaveLength(1);
  });
});

test('a request that was not right is asked of no other', async () => {
  await chainScene('messages', [fails(400)], [], async (all, other, post) => {
    expect((await post(true)).status).toBe(400);
    expect(other.requests).toEqual([]);
    expect(await all.world.events('model.switched')).toEqual([]);
  });
});
