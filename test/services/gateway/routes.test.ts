import { expect, test } from '@jest/globals';
import { priceOf } from '../../../lib/providers/prices.ts';
import type { Answer } from '../../../lib/services/gateway/answer.ts';
import {
  answerRequest,
  gatewayRoutes,
  type RouteOptions,
  runOfSession,
} from '../../../lib/services/gateway/routes.ts';
import { type World, withWorld } from './gateway-fixture.ts';

/** A place that has a request's whole body before it answers, and no proxy for set-up. */
function place({ ports }: World, options: Partial<RouteOptions> = {}) {
  const logged: string[] = [];
  const routeOf = gatewayRoutes({
    ports,
    priceOf,
    inputOf: async ({ run, role, round, attempt }) => ({
      stage: { run, role, round, attempt },
      base: { branch: 'main', commit: 'c'.repeat(40) },
      checks: {},
    }),
    ...options,
  });
  const ask = (method: string, path: string, body: unknown, token?: string): Promise<Answer> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
    const request = {
      authorization: token === undefined ? undefined : `Bearer ${token}`,
      body: Buffer.from(body === undefined ? '' : text),
      hangUp: new AbortController().signal,
    };
    return answerRequest(routeOf(method, path), request, (line) => logged.push(line));
  };
  const open = async (world: World): Promise<string> => {
    const { bootCode } = await world.open('coder');
    return ((await ask('POST', '/v1/session', { bootCode })).body as { token: string }).token;
  };
  return { ask, open, logged, routeOf };
}

test('a session is opened and used without an HTTP server', async () => {
  await withWorld({}, async (world) => {
    const { ask, open } = place(world);
    const token = await open(world);
    const stage = { run: world.run.id, role: 'coder', round: 1, attempt: 1 };
    expect(await ask('GET', '/v1/input', undefined, token)).toMatchObject({
      status: 200,
      body: { stage },
    });
    const event = { kind: 'note', data: { n: 1 } };
    const told = await ask('POST', '/v1/events', { events: [event] }, token);
    expect(told).toEqual({ status: 204 });
    expect(await world.events('sandbox.note')).toHaveLength(1);
    const { id } = await runOfSession(world.ports, `Bearer ${token}`);
    expect(id).toBe(world.run.id);
    await expect(runOfSession(world.ports, 'Bearer guess')).rejects.toThrow(/session/);
  });
});

test('what does not fit is refused as over HTTP, the sender before the body', async () => {
  await withWorld({}, async (world) => {
    const { ask, open } = place(world);
    const token = await open(world);
    const large = 'x'.repeat(70_000);
    const refused = { status: 401, body: { error: 'SessionRefused', message: 'no live session' } };
    expect(await ask('POST', '/v1/heartbeat', large)).toEqual(refused);
    expect(await ask('POST', '/v1/heartbeat', large, 'guess')).toEqual(refused);
    expect(await ask('POST', '/v1/heartbeat', large, token)).toMatchObject({
      status: 413,
      body: { error: 'RequestTooLarge' },
    });
    expect(await ask('POST', '/v1/heartbeat', '{', token)).toMatchObject({ status: 400 });
    expect(await ask('GET', '/v1/heartbeat', undefined, token)).toEqual({ status: 404 });
    expect(await ask('GET', '/v1/toString', undefined, token)).toEqual({ status: 404 });
  });
});

test('only a model call may take long', async () => {
  await withWorld({}, async (world) => {
    const { routeOf } = place(world);
    expect(routeOf('POST', '/v1/model')).toMatchObject({ slow: true });
    expect(routeOf('POST', '/v1/result')?.slow).toBeUndefined();
  });
});

test('a place without a proxy for set-up says so', async () => {
  await withWorld({}, async (world) => {
    const { ask, open } = place(world);
    const token = await open(world);
    expect(await ask('POST', '/v1/setup', {}, token)).toMatchObject({
      status: 404,
      body: { error: 'NotFound', message: expect.stringContaining('no proxy') },
    });
    expect(await ask('DELETE', '/v1/setup', undefined, token)).toEqual({ status: 204 });
  });
});

test('what went wrong inside is told to the log only', async () => {
  await withWorld({}, async (world) => {
    const inputOf = () => Promise.reject(new Error('the table is on fire'));
    const { ask, open, logged } = place(world, { inputOf });
    const answer = await ask('GET', '/v1/input', undefined, await open(world));
    expect(answer).toEqual({
      status: 500,
      body: { error: 'StageLost', message: 'the gateway failed' },
    });
    expect(logged).toEqual(['gateway: the table is on fire']);
  });
});
