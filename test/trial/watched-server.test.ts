import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { watchServer } from './watched-server.ts';

async function watched(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const watch = await watchServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  return {
    url: watch.url,
    answers: watch.answers,
    async close() {
      await watch.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test('an answer is handed on as it is, and noted', async () => {
  const at = await watched((_request, response) => void response.end('well'));
  const answer = await fetch(`${at.url}/messages?beta=true`, { method: 'POST', body: 'x' });
  expect(await answer.text()).toBe('well');
  await at.close();
  expect(at.answers).toEqual([{ path: '/v1/messages', status: 200, broken: false }]);
});

test('a refusal is noted with its words', async () => {
  const at = await watched((_request, response) => void response.writeHead(400).end('no such'));
  expect((await fetch(`${at.url}/responses`)).status).toBe(400);
  await at.close();
  expect(at.answers).toEqual([
    { path: '/v1/responses', status: 400, said: 'no such', broken: false },
  ]);
});

test('a body that the server breaks off is told from one that its client leaves', async () => {
  const at = await watched((request, response) => {
    response.write('a part');
    if (request.url === '/v1/breaks') setImmediate(() => response.destroy());
  });
  await expect(fetch(`${at.url}/breaks`).then((answer) => answer.text())).rejects.toThrow();
  expect(at.answers).toEqual([{ path: '/v1/breaks', status: 200, broken: true }]);
  const leave = new AbortController();
  const answer = await fetch(`${at.url}/left`, { signal: leave.signal });
  await answer.body?.getReader().read();
  leave.abort();
  while (at.answers.length < 2) await new Promise((done) => setTimeout(done, 20));
  await at.close();
  expect(at.answers[1]).toEqual({ path: '/v1/left', status: 200, broken: false });
});
