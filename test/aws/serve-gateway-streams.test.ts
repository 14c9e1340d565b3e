import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from '@jest/globals';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import OpenAI from 'openai';
import { gatewayServer } from '../../lib/aws/serve-gateway.ts';
import type { ModelChoice } from '../../lib/domain/run.ts';
import { anthropicRelay } from '../../lib/providers/anthropic.ts';
import type { ProviderLimits } from '../../lib/providers/limits.ts';
import { openaiRelay } from '../../lib/providers/openai.ts';
import { priceOf } from '../../lib/providers/prices.ts';
import { gitProxy } from '../../lib/services/gateway/git-proxy.ts';
import { gatewayRoutes, runOfSession } from '../../lib/services/gateway/routes.ts';
import { wireGateway } from '../../lib/services/gateway/wire/wire-gateway.ts';
import { type ScriptedTurn, startScriptedModel } from '../fakes/scripted-model.ts';
import { quick } from '../providers/provider-fixture.ts';
import { modelKey, type World, withWorld } from '../services/gateway/gateway-fixture.ts';
import { provideStreaming, type StreamingHandler, startFunctionUrl } from './function-url.ts';

provideStreaming();

const usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 };
const done: ScriptedTurn = { content: [{ type: 'text', text: 'All done, and well.' }], usage };
const system = 'You are the coder.';

/** The gateway's handler as `lambdas/gateway.ts` puts it together, over the stores of a test. */
function handlerOf({ ports }: World, limits: ProviderLimits): StreamingHandler {
  const log = () => {};
  const server = gatewayServer({
    routeOf: gatewayRoutes({
      ports,
      priceOf,
      inputOf: async ({ run, role, round, attempt }) => ({
        stage: { run, role, round, attempt },
        base: { branch: 'main', commit: 'c'.repeat(40) },
        checks: {},
      }),
    }),
    runOf: async (authorization) => ({
      ...(await runOfSession(ports, authorization)),
      commit: 'c'.repeat(40),
    }),
    wire: wireGateway({
      ports,
      priceOf,
      relayOf: ({ provider }) =>
        provider === 'openai' ? openaiRelay(modelKey, limits) : anthropicRelay(modelKey, limits),
      log,
    }),
    git: gitProxy({ uploadPack: async () => Promise.reject(new Error('no git here')), log }),
    patienceMs: 10_000,
    log,
  });
  const made = middy<LambdaFunctionURLEvent>({
    executionMode: executionModeStreamifyResponse,
  }).handler(server);
  return made as unknown as StreamingHandler;
}

interface Place {
  readonly world: World;
  readonly url: string;
  readonly token: string;
  readonly requests: Awaited<ReturnType<typeof startScriptedModel>>['requests'];
}

/** A session of a coder at a function's URL, with a scripted model behind it. */
async function atFunctionUrl(
  provider: 'anthropic' | 'openai',
  turns: readonly ScriptedTurn[],
  play: (place: Place) => Promise<void>,
  given: { limits?: ProviderLimits; standby?: readonly ScriptedTurn[] } = {},
): Promise<void> {
  const { limits = quick, standby } = given;
  const model = await startScriptedModel({ turns: [{ when: 'You are', turns }] });
  const other = await startScriptedModel({
    turns: [{ when: 'You are', turns: standby ?? [] }],
  });
  const at = (server: typeof model): Pick<ModelChoice, 'provider' | 'baseUrl'> => ({
    provider,
    baseUrl: provider === 'openai' ? server.openaiUrl : server.anthropicUrl,
  });
  const choice: ModelChoice = {
    ...{ ...at(model), model: 'claude-sonnet-5-5' },
    ...(standby && { fallbacks: [{ ...at(other), model: 'second' }] }),
  };
  await withWorld({ model: choice }, async (world) => {
    const { url, close } = await startFunctionUrl(handlerOf(world, limits));
    try {
      const { bootCode } = await world.open('coder');
      const opened = await fetch(`${url}/v1/session`, {
        method: 'POST',
        body: JSON.stringify({ bootCode }),
      });
      const { token } = (await opened.json()) as { token: string };
      await play({ world, url, token, requests: model.requests });
    } finally {
      await model.close();
      await other.close();
      await close();
    }
  });
}

const anthropicAt = ({ url, token }: Place) =>
  new Anthropic({
    apiKey: token,
    authToken: null,
    baseURL: `${url}/wire/anthropic`,
    maxRetries: 0,
  });
const openaiAt = ({ url, token }: Place) =>
  new OpenAI({ apiKey: token, baseURL: `${url}/wire/openai/v1`, maxRetries: 0 });

const message = {
  ...{ model: 'any', max_tokens: 1000, system },
  messages: [{ role: 'user' as const, content: 'Fix it.' }],
};
const chat = {
  ...{ model: 'any', max_tokens: 1000 },
  messages: [
    { role: 'system' as const, content: system },
    { role: 'user' as const, content: 'Fix it.' },
  ],
};
const response = {
  ...{ model: 'any', max_output_tokens: 1000, instructions: system },
  input: 'Fix it.',
};

/** Each protocol as its own SDK speaks it: the whole text of a reply, streamed or not. */
const clients = {
  messages: {
    provider: 'anthropic',
    text: async (place: Place, stream: boolean) => {
      const { messages } = anthropicAt(place);
      const reply = stream
        ? await messages.stream(message).finalMessage()
        : await messages.create(message);
      return reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
  },
  'chat-completions': {
    provider: 'openai',
    text: async (place: Place, stream: boolean) => {
      const { completions } = openaiAt(place).chat;
      if (!stream) return (await completions.create(chat)).choices[0]?.message.content;
      let said = '';
      for await (const chunk of await completions.create({ ...chat, stream: true })) {
        said += chunk.choices[0]?.delta.content ?? '';
      }
      return said;
    },
  },
  responses: {
    provider: 'openai',
    text: async (place: Place, stream: boolean) => {
      const { responses } = openaiAt(place);
      if (!stream) return (await responses.create(response)).output_text;
      let said = '';
      for await (const event of await responses.create({ ...response, stream: true })) {
        if (event.type === 'response.output_text.delta') said += event.delta;
        if (event.type === 'response.failed') throw new Error(event.response.error?.message);
      }
      return said;
    },
  },
} as const;

/** A client has its last word before the call is settled. */
async function eventually({ world }: Place, kind: string) {
  for (;;) {
    const found = await world.events(kind);
    if (found.length > 0) return found;
    await sleep(5);
  }
}

describe.each(['messages', 'chat-completions', 'responses'] as const)('%s', (wire) => {
  const { provider, text } = clients[wire];

  test.each([true, false])('is spoken by its own SDK; stream: %s', async (stream) => {
    await atFunctionUrl(provider, [done], async (place) => {
      expect(await text(place, stream)).toBe('All done, and well.');
      const [event, ...more] = await eventually(place, 'model.called');
      expect(more).toEqual([]);
      expect(event?.data).toMatchObject({ wire, stream, usage, model: 'claude-sonnet-5-5' });
      expect(place.requests[0]).toMatchObject({ key: modelKey, stream });
    });
  });

  test('goes on with the next model of a chain', async () => {
    const down: ScriptedTurn = { failures: [{ status: 529, retryAfterMs: 1 }] };
    await atFunctionUrl(
      provider,
      [down],
      async (place) => {
        expect(await text(place, true)).toBe('All done, and well.');
        expect(await place.world.events('model.switched')).toHaveLength(1);
        const [called] = await eventually(place, 'model.called');
        expect(called?.data).toMatchObject({ model: 'second' });
      },
      { standby: [done] },
    );
  });

  test('tells a break of the stream as an error of its own', async () => {
    await atFunctionUrl(provider, [{ ...done, failures: ['cut'] }], async (place) => {
      await expect(text(place, true)).rejects.toThrow(/gave no complete reply/);
      expect(await eventually(place, 'model.failed')).toHaveLength(1);
    });
  });

  test('is refused without a session, in its own shape', async () => {
    await atFunctionUrl(provider, [done], async (place) => {
      const nobody = { ...place, token: 'guess' };
      await expect(text(nobody, true)).rejects.toMatchObject({ status: 401 });
      expect(place.requests).toEqual([]);
    });
  });
});

test('what a model says comes as it is said, not when it has ended', async () => {
  const limits = { ...quick, idleMs: 600_000, answerMs: 600_000 };
  const turns: ScriptedTurn[] = [{ ...done, failures: ['stall'] }];
  const play = async (place: Place) => {
    const answer = await fetch(`${place.url}/wire/anthropic/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': place.token },
      body: JSON.stringify({ ...message, stream: true }),
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let said = '';
    while (!said.includes('content_block_start')) said += (await reader?.read())?.value ?? '';
    // The model has not ended: its call is open.
    expect(await place.world.events('model.called')).toEqual([]);
    expect(await place.world.events('model.failed')).toEqual([]);
    await reader?.cancel();
  };
  await atFunctionUrl('anthropic', turns, play, { limits });
});

test('a neutral turn is streamed by the same way', async () => {
  await atFunctionUrl('anthropic', [done], async ({ url, token }) => {
    const answer = await fetch(`${url}/v1/model`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({
        ...{ system, tools: [], maxTokens: 100 },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
      }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ content: done.content, stop: 'end' });
  });
});
