import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import { egressOf } from '../../services/gateway/egress.ts';
import type { PriceOf } from '../../services/gateway/gateway-ports.ts';
import { type RegistriesOf, registryList } from '../../services/gateway/registry-list.ts';
import { type LocalRouteOptions, requestHandler } from './routes.ts';
import { freshSocketPath } from './socket-path.ts';
import { tunnelHandler } from './tunnel.ts';

// Not by `import`, see `gateway-request.ts`.
const { createServer } = process.getBuiltinModule('node:http');

/** What a gateway is started with. */
export interface GatewayOptions
  extends Pick<LocalRouteOptions, 'ports' | 'inputOf' | 'mirrorPathOf' | 'relayOf'> {
  /** Tells, once and only when it is wanted, what set-up may reach: `host`, `host:port`, an address, or `address/bits`. */
  readonly registries: () => Promise<readonly string[]>;
  /** Folder for a unix socket, for sandboxes that have no network. */
  readonly socketDir?: string;
  readonly priceOf: PriceOf;
  readonly patienceMs?: number;
  readonly log?: (line: string) => void;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** On loopback. */
  readonly url: string;
  readonly socketPath?: string;
  close(): Promise<void>;
}

/** Starts the gateway on a free loopback port, and on a unix socket where `socketDir` is given. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  let asked: ReturnType<RegistriesOf> | undefined;
  const registriesOf: RegistriesOf = () => {
    asked ??= options
      .registries()
      .then(registryList)
      .catch((error: unknown) => {
        // The next set-up asks again.
        asked = undefined;
        throw error;
      });
    return asked;
  };
  const egress = egressOf(options.ports, registriesOf);
  let address = '';
  const answer = requestHandler({
    ports: options.ports,
    inputOf: options.inputOf,
    mirrorPathOf: options.mirrorPathOf,
    priceOf: options.priceOf,
    relayOf: options.relayOf,
    patienceMs: options.patienceMs ?? 10_000,
    log: options.log ?? (() => {}),
    setup: { egress, proxyAddress: () => address },
  });
  const tunnel = tunnelHandler(egress, registriesOf);
  const start = (where: ListenOptions) => listening(answer, tunnel, where);
  const tcp = await start({ host: '127.0.0.1', port: 0 });
  address = `127.0.0.1:${(tcp.server.address() as AddressInfo).port}`;
  const url = `http://${address}`;
  if (options.socketDir === undefined) return { url, close: tcp.close };
  try {
    const socketPath = await freshSocketPath(options.socketDir);
    const unix = await start({ path: socketPath });
    const close = async () => {
      await Promise.all([tcp.close(), unix.close()]);
      await rm(socketPath, { force: true });
    };
    return { url, socketPath, close };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

async function listening(
  answer: ReturnType<typeof requestHandler>,
  tunnel: ReturnType<typeof tunnelHandler>,
  where: ListenOptions,
): Promise<{ server: Server; close(): Promise<void> }> {
  const working = new Set<Promise<void>>();
  const timeouts = { requestTimeout: 120_000, keepAliveTimeout: 60_000 };
  const server = createServer(timeouts, (request, response) => {
    const work = answer(request, response).finally(() => working.delete(work));
    working.add(work);
  });
  server.maxConnections = 512;
  // The HTTP server forgets a connection once it is a tunnel.
  const tunnels = new Set<Duplex>();
  server.on('connect', (request, socket, head) => {
    tunnels.add(socket);
    socket.on('close', () => tunnels.delete(socket));
    tunnel(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve());
  });
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    for (const socket of tunnels) socket.destroy();
    await closed;
    // Calls that were cut off still settle what they used.
    await Promise.all(working);
  };
  return { server, close };
}
