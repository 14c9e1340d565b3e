import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RoleName } from '../../../lib/domain/stage.ts';
import type { SessionGrant } from '../../../lib/domain/stage-input.ts';
import { type GatewayOptions, startGateway } from '../../../lib/local/gateway/server.ts';
import { anthropicRelay } from '../../../lib/providers/anthropic.ts';
import { priceOf } from '../../../lib/providers/prices.ts';
import { modelKey, type World } from '../../services/gateway/gateway-fixture.ts';

/** An answer as it came over the wire. */
interface Reply {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any;
}

/** Where and as whom to ask. */
export interface Client {
  readonly token: string | undefined;
  ask(method: string, path: string, body?: unknown): Promise<Reply>;
}

/** A client of a URL or a unix socket. */
export function clientOf(at: { url: string } | { socketPath: string }, token?: string): Client {
  return { token, ask: (method, path, body) => exchange(at, token, method, path, body) };
}

async function exchange(
  at: { url: string } | { socketPath: string },
  token: string | undefined,
  method: string,
  path: string,
  body: unknown,
): Promise<Reply> {
  const target =
    'url' in at
      ? { host: new URL(at.url).hostname, port: new URL(at.url).port, path }
      : { socketPath: at.socketPath, path };
  const bytes =
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const call = request({ ...target, method, headers }, (response) => {
      text(response).then((said) => {
        let parsed: unknown;
        try {
          parsed = said.trim() === '' ? undefined : JSON.parse(said);
        } catch {
          parsed = undefined;
        }
        resolve({ status: response.statusCode ?? 0, text: said, body: parsed });
      }, reject);
    });
    call.on('error', reject);
    call.end(bytes);
  });
}

type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** A gateway over a world, for the length of one test. */
export async function withGateway<T>(
  world: World,
  options: Partial<GatewayOptions>,
  use: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  const gateway = await startGateway({
    priceOf,
    relayOf: () => anthropicRelay(modelKey, world.providerLimits),
    ports: world.ports,
    inputOf: async ({ run, role, round, attempt }) => ({
      stage: { run, role, round, attempt },
      base: { branch: 'main', commit: 'c'.repeat(40) },
      checks: {},
    }),
    mirrorPathOf: () => '/nonexistent',
    registries: async () => [],
    ...options,
  });
  try {
    return await use(gateway);
  } finally {
    await gateway.close();
  }
}

/** A stage with a session, as the harness comes by it. */
export async function sessionFor(
  world: World,
  gateway: Gateway,
  role: RoleName,
  round = 1,
): Promise<Client & { readonly grant: SessionGrant }> {
  const { bootCode } = await world.open(role, round);
  const { body, status } = await clientOf(gateway).ask('POST', '/v1/session', { bootCode });
  if (status !== 200) throw new Error(`no session: ${status}`);
  return { ...clientOf(gateway, body.token), grant: body };
}
