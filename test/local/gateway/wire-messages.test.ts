import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { impatient } from '../../providers/provider-fixture.ts';
import { modelKey } from '../../services/gateway/gateway-fixture.ts';
import { sessionFor } from './client-fixture.ts';
import { type Scene, scene } from './scene.ts';

const request = {
  model: 'claude-of-the-client',
  max_tokens: 1000,
  system: [{ type: 'text', text: 'You are the coder.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
};
const usage = { input: 100, cacheRead: 30, cacheWrite: 10, output: 20 };
const secret = `ghp_${'a1'.repeat(18)}`;
const done = [{ type: 'text', text: 'All done.' }] as const;

const post = (
  { gateway, coder }: Pick<Scene, 'gateway' | 'coder'>,
  body: unknown,
  given: { headers?: Record<string, string>; path?: string; signal?: AbortSignal } = {},
) =>
  fetch(`${gateway.url}/wire/anthropic${given.path ?? '/v1/messages?beta=true'}`, {
    method: 'POST',
    headers: { 'x-api-key': coder.token ?? '', ...given.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(given.signal && { signal: given.signal }),
  });
const errorIn = async (answer: Response) =>
  ((await answer.json()) as { error: { type: string; message: string } }).error;
const spent = ({ world }: Scene) => world.ports.budgets.spent(world.run.id);

describe('a call over Messages', () => {
  test.each([true, false])('is relayed, paid for and recorded; stream: %s', async (stream) => {
    await scene([{ content: done, usage }], {}, async (all) => {
      const { world, model } = all;
      const headers = {
        'anthropic-beta': 'interleaved-thinking-2025-05-14,mcp-client-2025-11-20',
        cookie: 'a=b',
      };
      const answer = await post(
        all,
        { ...request, stream, metadata: { user_id: 'u' } },
        { headers },
      );
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(answer.headers.get('content-type')).toBe(
        stream ? 'text/event-stream' : 'application/json',
      );
      expect(text).toContain('scripted-model');
      expect(
        stream ? text.endsWith('data: {"type":"message_stop"}\n\n') : JSON.parse(text).type,
      ).toBe(stream ? true : 'message');
      const dollars = (100 * 2 + 30 * 0.1 + 10 * 2.5 + 20 * 10) / 1_000_000;
      const [event, ...more] = await world.events('model.called');
      expect(more).toEqual([]);
      expect(event?.data).toMatchObject({
        role: 'coder',
        turn: 1,
        wire: 'messages',
        stream,
        model: 'claude-sonnet-5-5',
        askedFor: 'claude-of-the-client',
        answeredAs: 'scripted-model',
        dropped: ['metadata'],
        stop: 'end_turn',
        usage,
        dollars: expect.closeTo(dollars, 9),
      });
      const payload = await world.ports.ledger.payload(world.run.id, String(event?.data?.reply));
      expect(payload.toString()).toBe(text);
      expect(await spent(all)).toMatchObject({ turns: 1, tokens: 160 });
      const [sent] = model.requests;
      expect(sent).toMatchObject({ model: 'claude-sonnet-5-5', key: modelKey, stream });
      expect(sent?.body).not.toHaveProperty('metadata');
      expect(sent?.headers).toMatchObject({ 'anthropic-beta': 'interleaved-thinking-2025-05-14' });
      expect(JSON.stringify(sent?.headers)).not.toContain(all.coder.token);
      expect(sent?.headers).not.toHaveProperty('cookie');
    });
  });

  test('is kept without a credential, also where the stream tears it apart', async () => {
    const content = [{ type: 'text', text: `Use ${secret} now.` }] as const;
    await scene([{ content }], {}, async (all) => {
      const text = await (await post(all, { ...request, stream: true })).text();
      expect(text).not.toContain(secret);
      const [event] = await all.world.events('model.called');
      expect(event?.data).toMatchObject({ redacted: 1 });
      const digest = String(event?.data?.reply);
      const kept = (await all.world.ports.ledger.payload(all.world.run.id, digest)).toString();
      expect(kept).toContain('Use [redacted] now.');
      expect(kept).not.toContain(secret.slice(-10));
    });
  });

  test('takes the session as a bearer as well, and nothing else', async () => {
    await scene([{ content: done }], {}, async (all) => {
      const nobody = { ...all, coder: { ...all.coder, token: 'nobody' } };
      const refused = await post(nobody, request);
      expect(refused.status).toBe(401);
      expect(await errorIn(refused)).toEqual({
        type: 'authentication_error',
        message: 'no live session',
      });
      const answer = await fetch(`${all.gateway.url}/wire/anthropic/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${all.coder.token}` },
        body: JSON.stringify(request),
      });
      expect(answer.status).toBe(200);
    });
  });

  test.each([
    ['a tool that the provider runs', { tools: [{ type: 'web_search_20260318', name: 's' }] }],
    ['servers of tools', { mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }] }],
    ['a container', { container: 'c' }],
    ['a thread', { thread: { type: 'create' } }],
    ['no list of messages', { messages: 'x' }],
    [
      'a picture to be fetched',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'https://x/?q=1' } }],
          },
        ],
      },
    ],
    [
      'a file that is kept there, in a result',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't',
                content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }],
              },
            ],
          },
        ],
      },
    ],
    [
      'a block of the provider’s own tools',
      { messages: [{ role: 'user', content: [{ type: 'container_upload' }] }] },
    ],
  ])('with %s is refused and never made', async (_, more) => {
    await scene([{ content: done }], {}, async (all) => {
      const answer = await post(all, { ...request, ...more });
      expect(answer.status).toBe(400);
      expect(await errorIn(answer)).toMatchObject({ type: 'invalid_request_error' });
      expect(all.model.requests).toEqual([]);
      expect((await spent(all)).turns).toBe(0);
    });
  });

  test('has its limit of tokens lowered', async () => {
    await scene(
      [{ content: done }],
      { budget: { dollars: 5, tokens: 1e6, turns: 9 } },
      async (all) => {
        const thinking = { type: 'enabled', budget_tokens: 60_000 };
        await post(all, { ...request, max_tokens: 64_000, thinking });
        expect(all.model.requests[0]?.body).toMatchObject({
          max_tokens: 32_000,
          thinking: { budget_tokens: 31_999 },
        });
      },
    );
  });

  test('that could break the budget is refused in the protocol’s shape, and fails the stage', async () => {
    const budget = { dollars: 5, tokens: 900, turns: 10 };
    await scene([{ content: done }], { budget }, async (all) => {
      const answer = await post(all, request);
      expect(answer.status).toBe(402);
      expect(await errorIn(answer)).toMatchObject({ type: 'billing_error' });
      expect(all.model.requests).toEqual([]);
      const stage = await all.world.ports.stages.get(all.coder.grant.stage);
      expect(stage?.failure).toMatchObject({ name: 'BudgetExceeded', observed: true });
    });
  });

  test('whose stream goes over the budget is cut, and charged as counted', async () => {
    const budget = { dollars: 5, tokens: 2000, turns: 10 };
    const dear = { ...usage, output: 2500 };
    await scene([{ content: done, usage: dear }], { budget }, async (all) => {
      const text = await (await post(all, { ...request, stream: true })).text();
      expect(text).toContain('content_block_stop');
      expect(text).not.toContain('message_delta');
      expect(text).toMatch(/event: error\ndata: .*"billing_error".*\n\n$/);
      expect(await spent(all)).toMatchObject({ tokens: 2640 });
      const stage = await all.world.ports.stages.get(all.coder.grant.stage);
      expect(stage?.failure).toMatchObject({ name: 'BudgetExceeded', observed: true });
      expect((await all.world.events('model.failed'))[0]?.data).toMatchObject({
        wire: 'messages',
        usage: dear,
      });
    });
  });

  test('of a cancelled run, of a verifier and beyond the turns is refused as on the neutral route', async () => {
    await scene([{ content: done }], {}, async (all) => {
      const { world, gateway } = all;
      const verifier = await sessionFor(world, gateway, 'verifier');
      expect((await post({ gateway, coder: verifier as Scene['coder'] }, request)).status).toBe(
        403,
      );
      world.limits = { turns: 0 };
      const limited = await post(all, request);
      expect(limited.status).toBe(429);
      expect(await errorIn(limited)).toMatchObject({ type: 'rate_limit_error' });
      world.limits = {};
      await world.ports.claims.requestCancel(
        'local:/srv/repository#7',
        world.run.id,
        Date.now(),
        [],
      );
      expect((await post(all, request)).status).toBe(409);
      expect(all.model.requests).toEqual([]);
    });
  });
});

describe('a provider', () => {
  test.each([
    [400, 'invalid_request_error', 'prompt is too long'],
    [429, 'rate_limit_error', 'slow down'],
    [529, 'overloaded_error', 'Overloaded'],
  ])(
    'that goes on with %d is heard by the client, and fails no stage',
    async (status, type, message) => {
      await scene([{ failures: [{ status, message, retryAfterMs: 1 }] }], {}, async (all) => {
        const answer = await post(all, request);
        expect(answer.status).toBe(status);
        expect(await errorIn(answer)).toMatchObject({
          type,
          message: expect.stringContaining(message),
        });
        expect((await all.world.ports.stages.get(all.coder.grant.stage))?.failure).toBeUndefined();
        expect(await all.world.events('model.failed')).toHaveLength(1);
        expect((await spent(all)).tokens).toBe(0);
      });
    },
  );

  test('that refuses the operator’s key fails the stage, and the key is nowhere', async () => {
    await scene([{ failures: [{ status: 401, message: `bad ${modelKey}` }] }], {}, async (all) => {
      const answer = await post(all, request);
      expect(answer.status).toBe(502);
      const told = JSON.stringify([await errorIn(answer), await all.world.events()]);
      expect(told).toContain('ANTHROPIC_API_KEY');
      expect(told).not.toContain(modelKey);
      const stage = await all.world.ports.stages.get(all.coder.grant.stage);
      expect(stage?.failure).toMatchObject({ name: 'ModelFailed', observed: true });
    });
  });

  test.each(['cut', 'stall', 'overloaded-mid-stream'] as const)(
    'whose stream breaks off (%s) is charged for what came, and the client told',
    async (failure) => {
      await scene([{ content: done, usage, failures: [failure] }], {}, async (all) => {
        if (failure === 'stall') all.world.providerLimits = impatient;
        const text = await (await post(all, { ...request, stream: true })).text();
        expect(text.match(/event: error\n/g)).toHaveLength(1);
        const [event] = await all.world.events('model.failed');
        expect(event?.data).toMatchObject({
          name: 'ModelFailed',
          usage: { input: 100, cacheRead: 30 },
        });
        const { tokens } = await spent(all);
        expect(tokens).toBeGreaterThanOrEqual(141);
        expect(tokens).toBeLessThan(200);
      });
    },
  );

  test('that breaks off where it may have thought unseen is charged for all that it was allowed', async () => {
    await scene([{ content: done, usage, failures: ['cut'] }], {}, async (all) => {
      const thinking = { type: 'adaptive' };
      await (await post(all, { ...request, thinking, stream: true })).text();
      expect((await spent(all)).tokens).toBe(140 + 1000);
    });
  });
});

describe('a client', () => {
  test('that hangs up in the middle ends the call, which is charged for what came', async () => {
    await scene([{ content: done, usage, failures: ['stall'] }], {}, async (all) => {
      const gone = new AbortController();
      const answer = await post(all, { ...request, stream: true }, { signal: gone.signal });
      const reader = answer.body?.getReader();
      await reader?.read();
      gone.abort();
      while ((await all.world.events('model.failed')).length === 0) await sleep(5);
      const { tokens } = await spent(all);
      expect(tokens).toBeGreaterThanOrEqual(141);
      expect(tokens).toBeLessThan(200);
      expect((await all.world.ports.stages.get(all.coder.grant.stage))?.failure).toBeUndefined();
    });
  });

  test('may have so many calls at once and no more', async () => {
    let free = () => {};
    const after = new Promise<void>((resolve) => {
      free = resolve;
    });
    await scene([{ content: done, after }], {}, async (all) => {
      const first = Array.from({ length: 8 }, () => post(all, request));
      while (all.model.requests.length < 8) await sleep(5);
      const more = await post(all, request);
      expect(more.status).toBe(429);
      expect(more.headers.get('retry-after')).toBe('5');
      free();
      await Promise.all(first.map(async (call) => (await call).text()));
      expect(await all.world.events('model.called')).toHaveLength(8);
      expect((await all.world.events('model.called'))[0]?.data).toMatchObject({ overlapped: true });
    });
  });

  test('that probes is answered, and what is not there is told as the provider would', async () => {
    await scene([], {}, async (all) => {
      const { gateway, coder } = all;
      const at = (path: string, method = 'GET') =>
        fetch(`${gateway.url}/wire${path}`, {
          method,
          headers: { 'x-api-key': coder.token ?? '' },
        });
      expect((await at('/anthropic/api/hello', 'HEAD')).status).toBe(200);
      expect(await (await at('/anthropic/v1/models?limit=1000')).json()).toMatchObject({
        data: [{ id: 'claude-sonnet-5-5' }],
      });
      expect(await (await at('/anthropic/v1/models/any')).json()).toMatchObject({
        id: 'claude-sonnet-5-5',
      });
      const counting = await post(all, request, { path: '/v1/messages/count_tokens' });
      expect(counting.status).toBe(404);
      expect(await errorIn(counting)).toMatchObject({ type: 'not_found_error' });
      expect((await at('/nothing/v1/messages')).status).toBe(404);
      const large = await post(all, 'x'.repeat(16 * 1024 ** 2 + 1));
      expect(large.status).toBe(413);
      expect(await errorIn(large)).toMatchObject({ type: 'request_too_large' });
    });
  });
});
