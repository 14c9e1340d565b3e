import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server does with the nth request, from 1. */
export type Behaviour = (res: ServerResponse, n: number, req: IncomingMessage) => void;

/** A model server that keeps to no protocol: it answers as it is told, byte by byte. */
export async function rawServer(behave: Behaviour) {
  let requests = 0;
  const server = createServer((req, res) => {
    requests += 1;
    behave(res, requests, req);
    // Where it read no body, the body goes by.
    req.resume();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
