import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on, and can lose answers after the request was done. */
export interface DroppingProxy {
  readonly url: string;
  /** `METHOD path` of all writes that were passed on, in order. */
  readonly writes: string[];
  /** From now on the first answer to each `METHOD path` is lost. */
  loseEachOnce(): void;
  /** How many answers were lost. */
  lost(): number;
  close(): void;
}

/** Stands before a server on loopback. Tokens are minted and ended unharmed. */
export async function startDroppingProxy(target: string): Promise<DroppingProxy> {
  const writes: string[] = [];
  let hit: Set<string> | undefined;
  let count = 0;
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const counts = method !== 'GET' && !/access_tokens$|installation\/token$/.test(url);
    const what = `${method} ${url}`;
    const lost = counts && hit !== undefined && !hit.has(what);
    if (counts) writes.push(what);
    if (lost) {
      hit?.add(what);
      count += 1;
    }
    const outgoing = request(`${target}${url}`, { method, headers }, (from) => {
      if (!lost) {
        answer.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(answer);
        return;
      }
      from.resume();
      from.on('end', () => incoming.socket.destroy());
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    loseEachOnce: () => {
      hit = new Set();
    },
    lost: () => count,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
