import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';
import { endpoint } from './open-table.ts';

/**
 * What becomes of a call: it never arrives, or it is done and its answer never arrives, or nothing happens
 * to it.
 */
export type Fate = 'lost' | 'unheard' | 'passed';

/** A way to the emulator on which transactions meet with mishaps. */
export interface LossyWire {
  readonly url: string;
  /**
   * What becomes of a transaction when it is sent for the first time, the second, ... : the same token means
   * the same one. After the last fate all pass.
   */
  fates: readonly Fate[];
  /** The fates that transactions met with, `passed` apart. */
  readonly met: Fate[];
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts one on loopback; it stops after the file's tests. */
export async function startLossyWire(fates: readonly Fate[] = []): Promise<LossyWire> {
  const sent = new Map<string, number>();
  const server = createServer(async (incoming, answer) => {
    const body = await bodyOf(incoming);
    const token = tokenOf(incoming, body);
    const times = sent.get(token ?? '') ?? 0;
    if (token !== undefined) sent.set(token, times + 1);
    const fate = (token === undefined ? undefined : wire.fates[times]) ?? 'passed';
    if (fate !== 'passed') wire.met.push(fate);
    if (fate === 'lost') return void incoming.socket.destroy();
    const { method = 'POST', url = '/', headers } = incoming;
    const outgoing = request(`${endpoint}${url}`, { method, headers }, (from) => {
      if (fate === 'passed') {
        answer.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(answer);
        return;
      }
      from.resume();
      from.on('end', () => incoming.socket.destroy());
    });
    outgoing.on('error', () => incoming.socket.destroy());
    outgoing.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const wire: LossyWire = { url: `http://127.0.0.1:${port}`, fates, met: [] };
  return wire;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function tokenOf(incoming: IncomingMessage, body: Buffer): string | undefined {
  if (incoming.headers['x-amz-target'] !== 'DynamoDB_20120810.TransactWriteItems') return undefined;
  return (JSON.parse(body.toString()) as { ClientRequestToken: string }).ClientRequestToken;
}
