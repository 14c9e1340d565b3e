import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InboxStore } from '../../domain/ports.ts';
import {
  maxWebhookBytes,
  receiveWebhook,
  type WebhookAnswer,
} from '../../services/intake/receive.ts';
import { bodyReader } from './body.ts';
import type { Health } from './health.ts';

// Not by `import`, see `gateway-request.ts`.
const { createServer } = process.getBuiltinModule('node:http');

/** What the entry needs. */
export interface WebhookServerOptions {
  readonly inbox: InboxStore;
  /** Current first, then the previous one. */
  readonly secrets: readonly string[];
  /** 0 takes any free port. */
  readonly port: number;
  readonly health: () => Promise<Health>;
  /** Told after each delivery that was stored. */
  readonly onAccepted: () => void;
  readonly log: (line: string) => void;
}

/** Bodies in memory at the same time, in bytes: nobody has to prove anything before they are read. */
const maxHeldBytes = 8 * maxWebhookBytes;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The local entry: `POST /github/webhook` and `GET /healthz`, on loopback. */
export async function startWebhookServer(options: WebhookServerOptions) {
  const handle = handlerOf(options);
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      options.log(`webhook: ${error instanceof Error ? error.name : 'error'}: not stored`);
      answer(response, 500, { message: 'failed; deliver again' });
    });
  };
  // Also where the other side asks before it sends the body: `handle` says yes by reading it.
  const server = createServer(listener).on('checkContinue', listener);
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

function handlerOf(options: WebhookServerOptions): Handler {
  const { inbox, secrets } = options;
  const withBody = bodyReader({ maxBytes: maxWebhookBytes, maxHeld: maxHeldBytes });
  const webhook: Handler = (request, response) => {
    const tooLarge = Number(request.headers['content-length'] ?? 0) > maxWebhookBytes;
    if (request.headers.expect !== undefined && !tooLarge) response.writeContinue();
    return withBody(request, async (body) => {
      if ('refused' in body) return answer(response, body.refused, refusals[body.refused]);
      const headers = flat(request);
      const now = Date.now();
      const received = await receiveWebhook({ headers, body: body.bytes }, { inbox, secrets, now });
      answer(response, received.status, { message: received.message });
      logDelivery(options.log, headers, received);
      if (received.message === 'accepted') options.onAccepted();
    });
  };
  return async (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') {
      const health = await options.health();
      return answer(response, health.status === 'ok' ? 200 : 503, health);
    }
    if (path !== '/github/webhook') return answer(response, 404, { message: 'not found' });
    if (request.method !== 'POST') return answer(response, 405, { message: 'POST only' });
    return webhook(request, response);
  };
}

const refusals = {
  413: { message: `larger than ${maxWebhookBytes} bytes` },
  503: { message: 'busy; deliver again' },
};

/** Names that GitHub gave, in a form that can't break out of a line. Strangers' requests are not told. */
function logDelivery(
  log: WebhookServerOptions['log'],
  headers: Readonly<Record<string, string | undefined>>,
  { status, message }: WebhookAnswer,
): void {
  if (status === 401 || message.startsWith('ignored')) return;
  const name = (header: string) => (headers[header] ?? '').replace(/[^\w-]/g, '').slice(0, 100);
  log(`delivery ${name('x-github-delivery')} ${name('x-github-event')}: ${status} ${message}`);
}

function flat(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
  );
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  const text = JSON.stringify(body);
  // With the length given, head and body leave in one piece.
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
}
