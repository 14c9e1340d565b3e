import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type GitProxyOptions, gitProxy } from '../../../lib/services/gateway/git-proxy.ts';

/** The run that is served under `/<id>/git`. */
type Served = Parameters<ReturnType<typeof gitProxy>>[0];

/** A git proxy behind HTTP, as an entry point would serve it. */
export interface ProxyServer {
  /** Where git finds a run's repository. */
  urlOf(run: string): string;
  /** What was told to the log. */
  readonly logged: readonly string[];
  close(): void;
}

/** Serves runs on a free loopback port. */
export async function startProxy(
  runs: () => readonly Served[],
  options: GitProxyOptions,
): Promise<ProxyServer> {
  const logged: string[] = [];
  const answer = gitProxy({ ...options, log: (line) => logged.push(line) });
  const server = createServer(async (request, response) => {
    const [, id = '', path = ''] = /^\/([^/]+)\/git(\/.*)$/.exec(request.url ?? '') ?? [];
    const run = runs().find((one) => one.id === id);
    if (run === undefined) return void response.writeHead(404).end();
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { method = '', headers } = request;
    const asked = {
      ...{ method, path, body: await buffer(request) },
      headers: {
        'content-type': headers['content-type'],
        'content-encoding': headers['content-encoding'],
      },
    };
    const { status, headers: given, body } = await answer(run, asked, gone.signal);
    response.writeHead(status, given);
    await pipeline(body, response).catch(() => response.destroy());
  });
  // A machine under load takes its time between two requests.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    logged,
    urlOf: (run) => `http://127.0.0.1:${port}/${run}/git`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
