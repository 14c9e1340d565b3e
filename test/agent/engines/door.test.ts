import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { type Door, openDoor } from '../../../lib/agent/engines/door.ts';
import { BudgetExceeded, type DomainError } from '../../../lib/domain/errors.ts';
import { chatRules } from '../../../lib/services/gateway/wire/chat-completions.ts';
import { messagesRules } from '../../../lib/services/gateway/wire/messages.ts';
import { responsesRules } from '../../../lib/services/gateway/wire/responses.ts';
import { wireErrorOf } from '../../../lib/services/gateway/wire/wire-error.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Asked {
  readonly url: string | undefined;
  readonly key: string | undefined;
}

/** A door in front of a server that answers as told. */
async function doorTo(
  answer: (response: ServerResponse) => void,
  given: { readonly turns?: number; readonly idleMs?: number; readonly target?: string } = {},
) {
  const asked: Asked[] = [];
  const led: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, key: request.headers.authorization });
    request.resume();
    answer(response);
  });
  server.on('connect', ({ url }, socket) => {
    led.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const over: DomainError[] = [];
  const door = await openDoor({
    target: given.target ?? `http://127.0.0.1:${port}/wire`,
    proxy: `http://127.0.0.1:${port}`,
    token: 'session-token',
    turns: given.turns ?? 10,
    idleMs: given.idleMs ?? 60_000,
    onLife: () => {},
    onOver: (reason) => over.push(reason),
  });
  closing.push(() => {
    door.close();
    server.close();
    server.closeAllConnections();
  });
  return { door, asked, led, over };
}

function ask(door: Door, path = '/anthropic/v1/messages', key = door.key) {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return fetch(`${door.url}${path}`, { method: 'POST', headers, body: '{}' });
}

test('the session goes on behind the door, and its own key is not told further', async () => {
  const { door, asked } = await doorTo((response) => response.end('{"ok":1}'));
  expect(await (await ask(door)).json()).toEqual({ ok: 1 });
  expect(asked).toEqual([{ url: '/wire/anthropic/v1/messages', key: 'Bearer session-token' }]);
  expect(door.calls()).toBe(1);
  expect(door.failure()).toBeUndefined();
});

test('a gateway that is reached over HTTPS is asked through the proxy, another is not', async () => {
  const { door, asked, led } = await doorTo(() => {}, { target: 'https://gateway.invalid/wire' });
  expect((await ask(door)).status).toBe(504);
  expect(led).toEqual(['gateway.invalid:443']);
  expect(asked).toEqual([]);
  const near = await doorTo((response) => response.end('{}'));
  await ask(near.door);
  expect([near.led, near.asked.length]).toEqual([[], 1]);
});

test.each([
  ['POST', '/anthropic/v1/messages/count_tokens'],
  ['GET', '/openai/v1/responses'],
])('%s %s is answered here, and costs no turn', async (method, path) => {
  const { door, asked, over } = await doorTo((response) => response.writeHead(404).end('{}'));
  const headers = { 'x-api-key': door.key };
  const answer = await fetch(`${door.url}${path}`, { method, headers });
  expect([answer.status, await answer.json()]).toMatchObject([
    404,
    { error: { type: 'not_found_error' } },
  ]);
  expect([asked, over, door.calls(), door.failed()]).toEqual([[], [], 0, 0]);
});

test('models are listed by the gateway, and that costs no turn and ends nothing', async () => {
  const { door, asked, over } = await doorTo((response) => response.writeHead(403).end('{}'), {
    turns: 1,
  });
  for (let time = 0; time < 5; time += 1) {
    const headers = { 'x-api-key': door.key };
    expect((await fetch(`${door.url}/openai/v1/models`, { headers })).status).toBe(403);
  }
  expect(asked.map(({ url }) => url)).toEqual(Array(5).fill('/wire/openai/v1/models'));
  expect([over, door.calls(), door.failed(), door.failure()]).toEqual([[], 0, 0, undefined]);
});

test.each([400, 404, 413, 422])(
  'a request that is refused by %d may be mended, but not for ever',
  async (status) => {
    let answered = 0;
    const { door, over } = await doorTo((response) => {
      answered += 1;
      response.writeHead(answered === 2 ? 200 : status).end('{}');
    });
    expect((await ask(door)).status).toBe(status);
    await ask(door);
    expect(door.failure()).toBeUndefined();
    for (let time = 0; time < 3; time += 1) await ask(door);
    expect(over).toEqual([]);
    await ask(door);
    expect(over).toMatchObject([{ name: 'ModelFailed' }]);
  },
);

test.each([401, 403])('a key that is refused by %d ends the engine at once', async (status) => {
  const { door, over } = await doorTo((response) => response.writeHead(status).end('{}'));
  await ask(door);
  expect(over).toMatchObject([{ name: 'ModelFailed' }]);
});

test.each(['/v1/result', '/anthropic/v1/files', '/anthropic/../v1/result', '/git/info/refs'])(
  'opens no way to %s',
  async (path) => {
    const { door, asked } = await doorTo((response) => response.end());
    expect((await ask(door, path)).status).toBe(404);
    expect(asked).toEqual([]);
  },
);

test('another key, the session itself too, is refused', async () => {
  const { door, asked } = await doorTo((response) => response.end());
  expect((await ask(door, undefined, 'session-token')).status).toBe(401);
  expect(asked).toEqual([]);
});

test.each([messagesRules, chatRules, responsesRules])(
  "the gateway's own refusal over $wire ends the engine at once, with what it says",
  async (rules) => {
    const told = wireErrorOf(new BudgetExceeded('nothing left'), () => {});
    const { door, over } = await doorTo((response) =>
      response.writeHead(told.status).end(JSON.stringify(rules.errorBody(told))),
    );
    expect((await ask(door)).status).toBe(402);
    // Its wires speak their protocols' words: the domain's name stands in the failure that the gateway saw.
    const message = expect.stringContaining('402: nothing left');
    expect(over).toMatchObject([{ name: 'ModelFailed', message }]);
  },
);

test('a server in trouble may be asked again, but not for ever', async () => {
  const { door, over } = await doorTo((response) => response.writeHead(529).end('{}'));
  for (let time = 0; time < 3; time += 1) await ask(door);
  expect(over).toEqual([]);
  await ask(door);
  expect(over).toMatchObject([{ name: 'ModelFailed', message: expect.stringContaining('529') }]);
});

test('an error inside a stream counts as one', async () => {
  const { door } = await doorTo((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    response.end(`event: error\ndata: ${JSON.stringify(event)}\n\n`);
  });
  await (await ask(door)).text();
  expect(door.failure()).toMatchObject({ name: 'ModelFailed' });
});

test('silence is ended with an answer that the program understands', async () => {
  const { door } = await doorTo(() => {}, { idleMs: 200 });
  const answer = await ask(door);
  expect(answer.status).toBe(504);
  expect(door.failure()).toMatchObject({ name: 'ModelFailed' });
});

test('more calls than there are turns end the engine', async () => {
  const { door, over } = await doorTo((response) => response.end('{}'), { turns: 1 });
  await ask(door);
  expect(over).toEqual([]);
  await ask(door);
  expect(over).toMatchObject([{ name: 'AgentStuck' }]);
});

test.each([
  ['before a word came: it waited in vain', '', true],
  ['after that: it did not', 'data: {}', false],
])('a program that hangs up %s', async (_, words, unheard) => {
  let asking: (() => void) | undefined;
  const { door } = await doorTo((response) => {
    if (words !== '') response.write(words);
    asking?.();
  });
  const reached = new Promise<void>((resolve) => {
    asking = resolve;
  });
  const hangUp = new AbortController();
  const headers = { 'x-api-key': door.key };
  const url = `${door.url}/anthropic/v1/messages`;
  const call = fetch(url, { method: 'POST', headers, body: '{}', signal: hangUp.signal });
  await reached;
  if (words !== '') await (await call).body?.getReader().read();
  hangUp.abort();
  await call.catch(() => undefined);
  for (let looks = 0; looks < 500 && door.waiting() > 0; looks += 1) await setTimeout(20);
  expect(door.waiting()).toBe(0);
  expect(door.unheard()).toBe(unheard);
  expect(door.failure()).toBeUndefined();
});
