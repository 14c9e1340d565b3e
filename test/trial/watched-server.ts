import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of a model server, as it came over HTTP. */
export interface SeenAnswer {
  /** Of the request, without its query. */
  readonly path: string;
  /** 0 where there was no answer. */
  readonly status: number;
  /** The first bytes of a refusal, in its own words. */
  readonly said?: string;
  /** The body ended before it was whole, by the server's doing. */
  readonly broken: boolean;
}

/** A model server seen from outside the product: what it answered, before any retry of a client hides it. */
export interface WatchedServer {
  readonly url: string;
  readonly answers: readonly SeenAnswer[];
  close(): Promise<void>;
}

/** Puts a loopback server before the one at `baseUrl` (HTTP) that hands all on as it comes, and notes the answers. */
export async function watchServer(baseUrl: string): Promise<WatchedServer> {
  const { origin, pathname } = new URL(baseUrl);
  const answers: SeenAnswer[] = [];
  const server = createServer((incoming, response) => {
    pass(`${origin}${incoming.url}`, incoming, response, (seen) => void answers.push(seen));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    answers,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function pass(
  url: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  note: (seen: SeenAnswer) => void,
): void {
  const path = new URL(url).pathname;
  const { method, headers } = incoming;
  // Its client hung up first: what breaks after that is not the server's doing.
  let left = false;
  const outgoing = request(url, { method, headers, agent: false }, (answer) => {
    const status = answer.statusCode ?? 0;
    response.writeHead(status, answer.headers);
    let said = '';
    answer.on('data', (chunk: Buffer) => {
      if (status >= 400 && said.length < 500) said += chunk.toString('utf8');
    });
    answer.on('close', () => {
      const refusal = said === '' ? {} : { said: said.slice(0, 500) };
      note({ path, status, ...refusal, broken: !answer.complete && !left });
    });
    answer.on('aborted', () => response.destroy());
    answer.pipe(response);
  });
  outgoing.on('error', (error) => {
    if (!left) note({ path, status: 0, said: error.message, broken: true });
    response.destroy();
  });
  response.on('close', () => {
    left ||= !response.writableFinished;
    outgoing.destroy();
  });
  incoming.pipe(outgoing);
}
