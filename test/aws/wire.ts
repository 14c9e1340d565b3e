import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';

/** A call as it came over the wire. */
export interface WireCall {
  /** Of a JSON protocol, like `TrentService.Sign`; of a form its action; else method and path. */
  readonly operation: string;
  readonly body: Record<string, unknown>;
}

/** What the service answers; a status of 0 breaks the connection off. */
export interface WireAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is: the protocols that speak XML. */
  readonly body?: unknown;
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/**
 * A service on loopback that speaks AWS's JSON over HTTP, and what an SDK's client needs to call it. It
 * stops after the file's tests.
 */
export async function startWire(answer: (call: WireCall) => WireAnswer) {
  const calls: WireCall[] = [];
  const server = createServer(async (request, response) => {
    const target = request.headers['x-amz-target'];
    const body = await bodyOf(request);
    const named = target ?? body.Action;
    const operation = named ? String(named) : `${request.method} ${request.url}`;
    const call = { operation, body };
    calls.push(call);
    const { status = 200, headers = {}, body: said = {} } = answer(call);
    if (status === 0) return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const client = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  };
  return { calls, client };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (text === '') return {};
  // A form: the protocols that answer in XML.
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text));
  return JSON.parse(text) as Record<string, unknown>;
}

/** A refusal as AWS's JSON protocols word it. */
export function refusal(status: number, type: string, message: string): WireAnswer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { __type: type, message } };
}
