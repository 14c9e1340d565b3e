import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { gatewayServer, type StreamedAnswer } from '../../lib/aws/serve-gateway.ts';
import { ModelFailed } from '../../lib/domain/errors.ts';
import type { ModelReply } from '../../lib/domain/model.ts';
import type { Provider } from '../../lib/domain/ports.ts';
import { anthropicRelay } from '../../lib/providers/anthropic.ts';
import { priceOf } from '../../lib/providers/prices.ts';
import { gitProxy } from '../../lib/services/gateway/git-proxy.ts';
import { gatewayRoutes, runOfSession } from '../../lib/services/gateway/routes.ts';
import { wireGateway } from '../../lib/services/gateway/wire/wire-gateway.ts';
import { quick } from '../providers/provider-fixture.ts';
import { type World, withWorld } from '../services/gateway/gateway-fixture.ts';

const commit = 'c'.repeat(40);
const refused = { error: 'SessionRefused', message: 'no live session' };
const turn = {
  system: 'You are the coder.',
  tools: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
  maxTokens: 1000,
};
const reply: ModelReply = {
  content: [{ type: 'text', text: 'Done.' }],
  stop: 'end',
  usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1 },
  model: 'a-model',
};

/** What a request may have beside method and path. */
interface Asked {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body comes as base64, as the function's URL gives what is no text. */
  readonly base64?: true;
}

/** A function's URL before a world, with what GitHub was asked for and what was told to the log. */
function functionUrl(world: World, provider: Provider = async () => reply) {
  const ports = { ...world.ports, provider: () => provider };
  const logged: string[] = [];
  const packs: [string, string][] = [];
  const log = (line: string) => void logged.push(line);
  const serve = gatewayServer({
    routeOf: gatewayRoutes({
      ports,
      priceOf,
      inputOf: async ({ run, role, round, attempt }) => ({
        stage: { run, role, round, attempt },
        base: { branch: 'main', commit },
        checks: {},
      }),
    }),
    runOf: async (authorization) => ({ ...(await runOfSession(ports, authorization)), commit }),
    wire: wireGateway({ ports, priceOf, relayOf: () => anthropicRelay('a-key', quick), log }),
    git: gitProxy({
      log,
      uploadPack: async (repository, request) => {
        packs.push([repository, Buffer.from(request).toString()]);
        return Readable.from([Buffer.from('0008NAK\nPACK')]);
      },
    }),
    patienceMs: 20,
    log,
  });
  const ask = (method: string, path: string, asked: Asked = {}) =>
    serve(eventOf(method, path, asked));
  const open = async () => {
    const { bootCode } = await world.open('coder');
    const { body } = await ask('POST', '/v1/session', { body: { bootCode } });
    return (JSON.parse(String(body)) as { token: string }).token;
  };
  return { ask, open, logged, packs };
}

function eventOf(method: string, path: string, asked: Asked): LambdaFunctionURLEvent {
  const { token, body, query = '', headers, base64 = false } = asked;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(textOf(body));
  return {
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    requestContext: { http: { method, path } },
    ...(body !== undefined && { body: bytes.toString(base64 ? 'base64' : 'utf8') }),
    isBase64Encoded: base64,
  } as unknown as LambdaFunctionURLEvent;
}

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body ?? ''));
const bodyOf = async ({ body }: StreamedAnswer) =>
  typeof body === 'string' ? body : await text(body);
const told = async (answer: Promise<StreamedAnswer>) => {
  const { statusCode, headers, body } = await answer;
  return { statusCode, headers, text: await bodyOf({ statusCode, headers, body }) };
};

describe('a request', () => {
  test('opens a session and is answered in JSON that is kept nowhere', async () => {
    await withWorld({}, async (world) => {
      const { ask, open } = functionUrl(world);
      const answer = await told(ask('GET', '/v1/input', { token: await open() }));
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      });
      const stage = { run: world.run.id, role: 'coder', round: 1, attempt: 1 };
      expect(JSON.parse(answer.text)).toMatchObject({ stage });
    });
  });

  test.each([
    ['GET', '/'],
    ['GET', '/v1/input/'],
    ['DELETE', '/v1/input'],
    ['GET', '/v1/toString'],
    ['GET', '/git/HEAD'],
    ['GET', '/git/../v1/input'],
  ])('%s %s is not found', async (method, path) => {
    await withWorld({}, async (world) => {
      const { ask } = functionUrl(world);
      expect(await told(ask(method, path))).toMatchObject({ statusCode: 404, text: '' });
    });
  });

  test.each([undefined, 'guess'])('by the session %s is refused before its body', async (token) => {
    await withWorld({}, async (world) => {
      const { ask } = functionUrl(world);
      const asked = { token, body: 'x'.repeat(70_000) };
      for (const path of ['/v1/heartbeat', '/v1/events', '/v1/result', '/git/git-upload-pack']) {
        const answer = await told(ask('POST', path, asked));
        expect([path, answer.statusCode, JSON.parse(answer.text)]).toEqual([path, 401, refused]);
      }
    });
  });

  test('may have a body of the route’s size, as text and in base64', async () => {
    await withWorld({}, async (world) => {
      const { ask, open } = functionUrl(world);
      const token = await open();
      const large = { token, body: `"${'é'.repeat(40_000)}"` };
      for (const asked of [large, { ...large, base64: true as const }]) {
        const answer = await told(ask('POST', '/v1/heartbeat', asked));
        expect([answer.statusCode, JSON.parse(answer.text)]).toMatchObject([
          413,
          { error: 'RequestTooLarge' },
        ]);
      }
      const event = { kind: 'note', data: { word: 'é' } };
      for (const base64 of [{}, { base64: true as const }]) {
        const asked = { token, body: { events: [event] }, ...base64 };
        expect(await told(ask('POST', '/v1/events', asked))).toMatchObject({
          statusCode: 204,
          text: '',
        });
      }
      const notes = await world.events('sandbox.note');
      expect(JSON.stringify(notes.map(({ data }) => data)).match(/é/g)).toHaveLength(2);
      expect(await told(ask('POST', '/v1/events', { token, body: '{' }))).toMatchObject({
        statusCode: 400,
      });
    });
  });
});

describe('a model call', () => {
  test('is answered after white space for as long as it takes', async () => {
    await withWorld({}, async (world) => {
      const thinking = Promise.withResolvers<ModelReply>();
      const { ask, open } = functionUrl(world, () => thinking.promise);
      const answer = await ask('POST', '/v1/model', { token: await open(), body: turn });
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'application/json' },
      });
      const said = bodyOf(answer);
      await sleep(150);
      thinking.resolve(reply);
      expect(await said).toMatch(/^ {2,}\{/);
      expect(JSON.parse(await said)).toMatchObject({ content: reply.content, model: 'a-model' });
    });
  });

  test('that fails says so under the 200', async () => {
    await withWorld({}, async (world) => {
      const { ask, open } = functionUrl(world, async () => {
        await sleep(80);
        throw new ModelFailed('no credit');
      });
      const answer = await told(ask('POST', '/v1/model', { token: await open(), body: turn }));
      expect(answer.statusCode).toBe(200);
      expect(answer.text).toMatch(/^ +\{/);
      expect(JSON.parse(answer.text)).toEqual({ error: 'ModelFailed', message: 'no credit' });
    });
  });

  test('that is not let in says so under the 200, and nothing of why', async () => {
    await withWorld({}, async (world) => {
      const { ask, logged } = functionUrl(world);
      const answer = await told(ask('POST', '/v1/model', { token: 'guess', body: turn }));
      expect([answer.statusCode, JSON.parse(answer.text)]).toEqual([200, refused]);
      expect(logged).toEqual([]);
    });
  });
});

describe('git', () => {
  const result = 'application/x-git-upload-pack-request';
  const want = `0032want ${commit}\n00000009done\n`;

  test('sees the base of its session’s run, by path and query', async () => {
    await withWorld({}, async (world) => {
      const { ask, open } = functionUrl(world);
      const token = await open();
      const asked = { token, query: 'service=git-upload-pack' };
      const answer = await told(ask('GET', '/git/info/refs', asked));
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
      });
      expect(answer.text).toContain(`${commit} refs/entropy/${world.run.id}/base`);
      const push = { token, query: 'service=git-receive-pack' };
      expect(await told(ask('GET', '/git/info/refs', push))).toMatchObject({ statusCode: 403 });
      expect(await told(ask('GET', '/git/info/refs', { token }))).toMatchObject({
        statusCode: 403,
      });
    });
  });

  test('fetches by a body of text, of bytes in base64, and packed', async () => {
    await withWorld({}, async (world) => {
      const { ask, open, packs } = functionUrl(world);
      const token = await open();
      const headers = { 'content-type': result };
      const gzip = { ...headers, 'content-encoding': 'gzip' };
      for (const asked of [
        { token, headers, body: want },
        { token, headers, body: Buffer.from(want), base64: true as const },
        { token, headers: gzip, body: gzipSync(want), base64: true as const },
      ]) {
        expect(await told(ask('POST', '/git/git-upload-pack', asked))).toEqual({
          statusCode: 200,
          headers: expect.objectContaining({
            'content-type': 'application/x-git-upload-pack-result',
          }),
          text: '0008NAK\nPACK',
        });
      }
      expect(packs).toHaveLength(3);
      for (const [repository, request] of packs) {
        expect(repository).toBe(world.run.repository.name);
        expect(request).toContain(`want ${commit}`);
      }
    });
  });

  test('that has no session is refused in JSON, and asks nobody', async () => {
    await withWorld({}, async (world) => {
      const { ask, packs } = functionUrl(world);
      const asked = { token: 'guess', headers: { 'content-type': result }, body: want };
      const answer = await told(ask('POST', '/git/git-upload-pack', asked));
      expect([answer.statusCode, JSON.parse(answer.text)]).toEqual([401, refused]);
      expect(packs).toEqual([]);
    });
  });
});
