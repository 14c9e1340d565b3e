import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InboxStore } from '../../domain/ports.ts';
import { maxWebhookBytes, receiveWebhook } from '../../services/intake.ts';

/** What the entry needs. `onAccepted` is told after each delivery that was stored. */
export interface WebhookServerOptions {
  readonly inbox: InboxStore;
  /** Current first, then the previous one. */
  readonly secrets: readonly string[];
  /** 0 takes any free port. */
  readonly port: number;
  readonly onAccepted: () => void;
  readonly log: (line: string) => void;
}

/** The local entry: `POST /github/webhook` and `GET /healthz`, on loopback. */
export async function startWebhookServer(options: WebhookServerOptions) {
  const server = createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      options.log(`webhook: ${error instanceof Error ? error.name : 'error'}`);
      answer(response, 500, 'failed; deliver again');
    });
  });
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function handle(
  options: WebhookServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/healthz') return answer(response, 200, 'ok');
  if (request.url !== '/github/webhook') return answer(response, 404, 'not found');
  if (request.method !== 'POST') return answer(response, 405, 'POST only');
  const body = await readBody(request);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return answer(response, 413, `larger than ${maxWebhookBytes} bytes`);
  }
  const { status, message } = await receiveWebhook(
    { headers: flat(request), body },
    { inbox: options.inbox, secrets: options.secrets, now: Date.now() },
  );
  answer(response, status, message);
  if (message === 'accepted') options.onAccepted();
}

/** The raw bytes, or undefined as soon as they are known to be too many. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxWebhookBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxWebhookBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flat(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
  );
}

function answer(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message }));
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
}
