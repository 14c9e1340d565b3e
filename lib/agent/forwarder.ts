import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A loopback address that leads to the gateway's socket. */
export interface Forwarder {
  readonly url: string;
  close(): void;
}

/**
 * Forwards TCP on a free loopback port to a unix socket: a sandbox without a network has only the
 * socket, and git and package managers speak TCP.
 */
export async function startForwarder(socketPath: string): Promise<Forwarder> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: socketPath, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.once('error', () => to.destroy());
      from.once('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
