import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';
import { endpoint } from './open-table.ts';

/**
 * What becomes of a transaction on its way: it never arrives, it is done and its answer never arrives, the
 * table is too busy or another transaction is at its items, or nothing happens to it.
 */
export type Fate = 'lost' | 'unheard' | 'throttled' | 'conflicted' | 'passed';

/** Which transaction of the wire it is, and how often it was sent before: the same token is the same one. */
export type FateOf = (transaction: number, sentBefore: number) => Fate;

/** A way to the emulator on which transactions meet with mishaps, and nothing else does. */
export interface LossyWire {
  readonly url: string;
  fateOf: FateOf;
  /** The fates that transactions met with. */
  readonly met: Set<Fate>;
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts one on loopback; it stops after the file's tests. */
export async function startLossyWire(fateOf: FateOf = () => 'passed'): Promise<LossyWire> {
  const sent = new Map<string, { readonly nth: number; times: number }>();
  const fate = (token: string | undefined): Fate => {
    if (token === undefined) return 'passed';
    const known = sent.get(token) ?? { nth: sent.size, times: 0 };
    const met = wire.fateOf(known.nth, known.times);
    known.times += 1;
    sent.set(token, known);
    wire.met.add(met);
    return met;
  };
  const server = createServer(async (incoming, answer) => {
    const body = await bodyOf(incoming);
    const transaction = transactionIn(incoming, body);
    const met = fate(transaction?.ClientRequestToken);
    if (met === 'lost') return void incoming.socket.destroy();
    if (met === 'throttled') return refuse(answer, 'ThrottlingException');
    if (met === 'conflicted') {
      const CancellationReasons = transaction?.TransactItems.map(() => ({
        Code: 'TransactionConflict',
      }));
      return refuse(answer, 'TransactionCanceledException', { CancellationReasons });
    }
    const { method = 'POST', url = '/', headers } = incoming;
    const outgoing = request(`${endpoint}${url}`, { method, headers }, (from) => {
      if (met === 'passed') {
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
  const wire: LossyWire = { url: `http://127.0.0.1:${port}`, fateOf, met: new Set() };
  return wire;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Transaction {
  readonly ClientRequestToken: string;
  readonly TransactItems: readonly unknown[];
}

function transactionIn(incoming: IncomingMessage, body: Buffer): Transaction | undefined {
  if (incoming.headers['x-amz-target'] !== 'DynamoDB_20120810.TransactWriteItems') return undefined;
  return JSON.parse(body.toString()) as Transaction;
}

function refuse(answer: ServerResponse, type: string, more: object = {}): void {
  answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  answer.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, ...more }));
}
