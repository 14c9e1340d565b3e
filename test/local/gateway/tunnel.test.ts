import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { tunnelHandler } from '../../../lib/local/gateway/tunnel.ts';
import { type Egress, egressOf } from '../../../lib/services/gateway/egress.ts';
import { type RegistriesOf, registryList } from '../../../lib/services/gateway/registry-list.ts';
import { withWorld } from '../../services/gateway/gateway-fixture.ts';
import { type Client, sessionFor, withGateway } from './client-fixture.ts';

/** A server that sends back what it gets: it stands for a registry. */
async function withRegistry(use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** The proxy alone, without the gateway's routes. */
async function withProxy(
  egress: Egress,
  registriesOf: RegistriesOf,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const server = createHttpServer();
  server.on('connect', tunnelHandler(egress, registriesOf));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

interface Tunnel {
  readonly status: number;
  readonly socket: Duplex;
}

function tunnelTo(proxy: string, target: string): Promise<Tunnel> {
  const { hostname, port, username, password } = new URL(proxy);
  const credential = Buffer.from(`${username}:${password}`).toString('base64');
  return new Promise((resolve, reject) => {
    const call = request({
      host: hostname,
      port,
      method: 'CONNECT',
      path: target,
      headers: username === '' ? {} : { 'proxy-authorization': `Basic ${credential}` },
    });
    call.on('error', reject);
    call.on('connect', (response, socket) => {
      socket.on('error', () => {});
      resolve({ status: response.statusCode ?? 0, socket });
    });
    call.end();
  });
}

async function echoed({ socket }: Tunnel, text: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)));
    socket.write(text);
  });
}

const openSetup = async (client: Client): Promise<string> =>
  (await client.ask('POST', '/v1/setup')).body.proxy;

describe('during set-up', () => {
  test('a listed registry can be reached, and no longer once set-up has ended', async () => {
    await withRegistry((port) =>
      withWorld({}, (world) =>
        withGateway(world, { registries: async () => [`127.0.0.1:${port}`] }, async (gateway) => {
          const coder = await sessionFor(world, gateway, 'coder');
          const proxy = await openSetup(coder);
          const tunnel = await tunnelTo(proxy, `127.0.0.1:${port}`);
          expect(tunnel.status).toBe(200);
          expect(await echoed(tunnel, 'hello')).toBe('hello');
          const ended = new Promise((done) => tunnel.socket.once('close', done));
          expect((await coder.ask('DELETE', '/v1/setup')).status).toBe(204);
          await ended;
          expect((await tunnelTo(proxy, `127.0.0.1:${port}`)).status).toBe(407);
          expect(await world.events('egress.opened')).toHaveLength(1);
          expect(await world.events('egress.closed')).toMatchObject([
            { data: { role: 'coder', connections: 1, bytes: 10, hosts: ['127.0.0.1'] } },
          ]);
        }),
      ),
    );
  });

  test('what is not listed is refused and recorded', async () => {
    await withRegistry((port) =>
      withWorld({}, (world) =>
        withGateway(
          world,
          { registries: async () => ['registry.example.com'] },
          async (gateway) => {
            const proxy = await openSetup(await sessionFor(world, gateway, 'verifier'));
            for (const target of [
              `127.0.0.1:${port}`,
              `[::1]:${port}`,
              'registry.example.com:80',
              'x.registry.example.com:443',
            ]) {
              expect([target, (await tunnelTo(proxy, target)).status]).toEqual([target, 403]);
            }
            expect(await world.events('egress.refused')).toHaveLength(4);
          },
        ),
      ),
    );
  });

  test('a listed name that leads to a private address is refused, unless that is listed too', async () => {
    await withRegistry((port) =>
      withWorld({}, async (world) => {
        const name = `localhost:${port}`;
        const status = (registries: string[]) =>
          withGateway(world, { registries: async () => registries }, async (gateway) => {
            const proxy = await openSetup(await sessionFor(world, gateway, 'coder'));
            const tunnel = await tunnelTo(proxy, name);
            tunnel.socket.destroy();
            return tunnel.status;
          });
        expect(await status([name])).toBe(403);
        expect(await status([name, '127.0.0.0/8'])).toBe(200);
      }),
    );
  });

  test('nothing can be reached without the credential, or after the attempt has ended', async () => {
    await withRegistry((port) =>
      withWorld({}, (world) =>
        withGateway(world, { registries: async () => [`127.0.0.1:${port}`] }, async (gateway) => {
          const target = `127.0.0.1:${port}`;
          expect((await tunnelTo(gateway.url, target)).status).toBe(407);
          const guess = gateway.url.replace('http://', 'http://setup:guess@');
          expect((await tunnelTo(guess, target)).status).toBe(407);
          const coder = await sessionFor(world, gateway, 'coder');
          const proxy = await openSetup(coder);
          await world.ports.stages.close(coder.grant.stage, Date.now(), []);
          expect((await tunnelTo(proxy, target)).status).toBe(407);
        }),
      ),
    );
  });

  test.each([
    ['set-up', 'while its host is looked at', 1],
    ['set-up', 'while its address is', 2],
    ['its attempt', 'while its address is', 2],
  ])('a tunnel is not made once %s ends %s', async (what, _, held) => {
    await withRegistry((port) =>
      withWorld({}, async (world) => {
        const asked = Promise.withResolvers<void>();
        const answer = Promise.withResolvers<void>();
        let times = 0;
        const target = `127.0.0.1:${port}`;
        const registriesOf = async () => {
          times += 1;
          if (times === held) {
            asked.resolve();
            await answer.promise;
          }
          return registryList([target]);
        };
        const egress = egressOf(world.ports, registriesOf);
        await withProxy(egress, registriesOf, async (address) => {
          const { stage } = await world.open('coder');
          const proxy = `http://setup:${await egress.open(stage)}@${address}`;
          const tunnel = tunnelTo(proxy, target);
          await asked.promise;
          if (what === 'set-up') await egress.close(stage);
          else await world.ports.stages.close(stage, Date.now(), []);
          answer.resolve();
          const { status, socket } = await tunnel;
          expect(status).toBe(407);
          socket.destroy();
        });
      }),
    );
  });

  test('an issue-reader reaches nothing', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const reader = await sessionFor(world, gateway, 'issue-reader');
        const reply = await reader.ask('POST', '/v1/setup');
        expect(reply).toMatchObject({ status: 403, body: { error: 'ScopeRefused' } });
      }),
    );
  });
});
