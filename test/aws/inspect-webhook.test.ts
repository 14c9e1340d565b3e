import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { inspectWebhook } from '../../lib/aws/inspect-webhook.ts';
import { parameterSecrets } from '../../lib/aws/secrets.ts';
import { receiveWebhook } from '../../lib/services/intake/receive.ts';
import { startParameters } from './parameter-wire.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});
const secret = 'a-secret-of-at-least-thirty-two-characters';

/** A webhook that checks signatures by these secrets, and what it stored. */
async function webhook(secrets: readonly string[]) {
  const stored: unknown[] = [];
  const inbox = {
    accept: async (delivery: unknown) => stored.push(delivery) > 0,
    pending: async () => [],
    done: async () => undefined,
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Record<string, string>;
    const asked = { headers, body: Buffer.concat(chunks) };
    const { status } = await receiveWebhook(asked, { inbox, secrets, now: 0 });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return {
    stored,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/github/webhook`,
  };
}

async function kept(value?: string) {
  const { ssm, values } = await startParameters();
  if (value !== undefined) values.set('/w', { type: 'SecureString', value });
  return parameterSecrets(ssm, { webhook: '/w', webhookPrevious: '/p' });
}

test('a ping that is signed is taken, stores nothing, and a forged one is refused', async () => {
  const { url, stored } = await webhook([secret]);
  expect(await inspectWebhook(url, await kept(secret))).toMatchObject({ state: 'ok' });
  expect(stored).toEqual([]);
});

test('another secret there, one that takes anything, none here, nobody there: each is told, the secret never', async () => {
  const other = await webhook(['another-secret-of-at-least-thirty-two-characters']);
  const careless = await webhook([secret, `${secret}-another`]);
  const found = [
    await inspectWebhook(other.url, await kept(secret)),
    await inspectWebhook(careless.url, await kept(secret)),
    await inspectWebhook(other.url, await kept()),
    await inspectWebhook('http://127.0.0.1:9/', await kept(secret)),
  ];
  expect(found.map(({ state }) => state)).toEqual(['error', 'error', 'error', 'warning']);
  expect(found[0]?.detail).toMatch(/answered with 401/);
  expect(found[2]?.detail).toMatch(/secret is not set/);
  expect(JSON.stringify(found)).not.toContain(secret);
});
