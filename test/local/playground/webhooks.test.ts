import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhooks } from '@octokit/webhooks';
import { type Running, startRunning } from './running.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const secret = 'It is a secret to everybody';
const received: Received[] = [];
let running: Running;
let receiver: Server;
let status = 202;

beforeAll(async () => {
  running = await startRunning();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  await running.playground.addWebhook({
    url: `http://127.0.0.1:${port}/hook`,
    secret,
    events: ['issues', 'issue_comment'],
  });
});
afterAll(async () => {
  await running.stop();
  receiver.close();
});

test('deliveries carry what GitHub sends and verify over the raw bytes', async () => {
  const { playground } = running;
  const { number } = await playground.createIssue({
    repository: 'acme/widgets',
    title: 'Ünïcode',
    body: 'text',
    author: 'rob',
  });
  await playground.label({ repository: 'acme/widgets', number, label: 'entropy', by: 'mia' });
  await playground.comment({ repository: 'acme/widgets', number, body: 'hello', by: 'rob' });
  await playground.settled();
  const names = received.map(({ headers, body }) => [
    headers['x-github-event'],
    JSON.parse(body).action,
  ]);
  expect(names.sort()).toEqual([
    ['issue_comment', 'created'],
    ['issues', 'labeled'],
    ['issues', 'opened'],
  ]);
  const webhooks = new Webhooks({ secret });
  for (const { headers, body } of received) {
    expect(await webhooks.verify(body, String(headers['x-hub-signature-256']))).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-github-hook-id': expect.stringMatching(/^\d+$/),
      'x-github-hook-installation-target-id': '1001',
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature': expect.stringMatching(/^sha1=/),
    });
  }
  const labeled = received.map(({ body }) => JSON.parse(body)).find((each) => each.label);
  expect(labeled).toMatchObject({
    action: 'labeled',
    label: { name: 'entropy' },
    issue: { number, labels: [{ name: 'entropy' }] },
    repository: { full_name: 'acme/widgets', private: true },
    sender: { login: 'mia', type: 'User' },
    installation: { id: running.seeded.installationId },
  });
});

test('a failed delivery is logged, not tried again, and can be sent again by hand', async () => {
  const { playground } = running;
  status = 500;
  const before = received.length;
  await playground.createIssue({
    repository: 'acme/widgets',
    title: 'lost',
    body: '',
    author: 'rob',
  });
  await playground.settled();
  expect(received).toHaveLength(before + 1);
  const failed = (await playground.deliveries()).at(-1);
  expect(failed).toMatchObject({ event: 'issues', action: 'opened', statusCode: 500 });
  status = 202;
  const again = await playground.redeliver(failed?.guid ?? '');
  expect(again).toMatchObject({ guid: failed?.guid, statusCode: 202, redelivery: true });
  expect(received.at(-1)?.body).toBe(received.at(-2)?.body);
  expect(received.at(-1)?.headers['x-github-delivery']).toBe(failed?.guid);
});

test('a delivery that is not answered within the limit is given up, and logged', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const other = await startRunning({ deliveryMs: 200 });
  try {
    const { port } = silent.address() as AddressInfo;
    await other.playground.addWebhook({ url: `http://127.0.0.1:${port}/`, secret });
    const repository = 'acme/widgets';
    await other.playground.createIssue({ repository, title: 'lost', body: '', author: 'rob' });
    await other.playground.settled();
    const [delivery] = await other.playground.deliveries();
    expect(delivery).toMatchObject({ statusCode: 0, status: 'timed out', redelivery: false });
  } finally {
    await other.stop();
    silent.closeAllConnections();
    silent.close();
  }
});
