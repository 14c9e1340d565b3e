import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askGateway } from '../../lib/agent/gateway-request.ts';
import { StageLost } from '../../lib/domain/errors.ts';
import { startProxy } from '../../task-image/proxy.ts';

const asked: string[] = [];
let far: Server;
let proxy: Awaited<ReturnType<typeof startProxy>>;
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  // Stands for every host there is, and gives back what it is told.
  far = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
  far.listen(0, '127.0.0.1');
  await once(far, 'listening');
  const open = ((to: { host: string; port: number }) => {
    asked.push(`${to.host}:${to.port}`);
    return connect(portOf(far), '127.0.0.1');
  }) as typeof connect;
  const allow = ['gateway.example', '*.packages.example'];
  proxy = await startProxy({ allow, port: 0, host: '127.0.0.1', open });
});
afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
  far.close();
});

/** Status of a CONNECT, and what comes back through it. */
async function through(path: string): Promise<string> {
  const call = request({ host: '127.0.0.1', port: portOf(proxy), method: 'CONNECT', path }).end();
  const [response, socket] = (await once(call, 'connect')) as [{ statusCode: number }, Socket];
  if (response.statusCode !== 200) {
    socket.destroy();
    return String(response.statusCode);
  }
  socket.write('hello');
  const [echo] = await once(socket, 'data');
  socket.destroy();
  return `200 ${echo}`;
}

test.each([
  ['gateway.example:443', '200 hello'],
  ['GATEWAY.example:443', '200 hello'],
  ['a.packages.example:443', '200 hello'],
  ['packages.example:443', '403'],
  ['notgateway.example:443', '403'],
  ['gateway.example.evil:443', '403'],
  ['gateway.example:80', '403'],
  ['gateway.example:22', '403'],
  ['93.184.216.34:443', '403'],
  ['[::1]:443', '403'],
  ['gateway.example', '403'],
])('CONNECT %s: %s', async (path, answer) => {
  asked.length = 0;
  expect(await through(path)).toBe(answer);
  expect(asked).toEqual(answer === '403' ? [] : [path.toLowerCase()]);
});

test('any other request is refused', async () => {
  const url = `http://127.0.0.1:${portOf(proxy)}/`;
  expect((await fetch(url)).status).toBe(403);
  const [response] = (await once(
    request(url, { path: 'http://gateway.example/' }).end(),
    'response',
  )) as [{ statusCode: number; resume(): void }];
  response.resume();
  expect(response.statusCode).toBe(403);
});

test('a harness that is told of it asks the gateway through it, and nobody directly', async () => {
  asked.length = 0;
  const place = { base: 'https://gateway.example', proxy: `http://127.0.0.1:${portOf(proxy)}` };
  const call = { method: 'GET', path: '/v1/input', timeoutMs: 20_000 } as const;
  // What answers at the far end speaks no TLS.
  await expect(askGateway(place, 'token', call)).rejects.toThrow(StageLost);
  expect(asked).toEqual(['gateway.example:443']);
});
