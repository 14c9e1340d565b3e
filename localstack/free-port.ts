import { createServer } from 'node:net';

/**
 * A port of loopback that nobody has. Not one that the kernel gives to clients: who asks such a port whether
 * somebody listens there may be connected to itself.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < 200; tried += 1) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await new Promise<boolean>((resolve) => {
      server.once('listening', () => resolve(true)).once('error', () => resolve(false));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error('no free port of loopback was found between 20000 and 30000');
}
