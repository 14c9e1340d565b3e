import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigInvalid } from '../../lib/domain/errors.ts';

/** What the page posts, and where. */
export interface ManifestPageOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** GitHub's page for a new App, with this state. */
  readonly action: (state: string) => string;
  /** The manifest, with where the browser is to come back to. */
  readonly manifest: (redirectUrl: string) => object;
}

/** How long somebody has to agree: GitHub's code is good for an hour too. */
const patienceMs = 60 * 60_000;

/** A page on loopback that leads a browser to GitHub, and takes it back with the code. */
export interface ManifestPage {
  readonly url: string;
  /** The code, once the browser came back with the right state. Throws `ConfigInvalid` after an hour. */
  readonly code: Promise<string>;
  close(): void;
}

/** Opens the page. Throws `ConfigInvalid` where the port is taken. */
export async function openManifestPage(options: ManifestPageOptions): Promise<ManifestPage> {
  const state = randomBytes(32).toString('base64url');
  const came = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const own = `127.0.0.1:${port}`;
    const url = new URL(request.url ?? '/', `http://${own}`);
    // A page elsewhere whose name leads to loopback must not get at the state.
    const host = request.headers.host ?? '';
    if (![own, `localhost:${port}`].includes(host)) return say(response, 421, 'not here');
    if (request.method !== 'GET') return say(response, 405, 'only GET');
    if (url.pathname === '/') {
      const manifest = options.manifest(`http://${host}/made`);
      return say(response, 200, formOf(options.action(state), manifest));
    }
    if (url.pathname !== '/made') return say(response, 404, 'no such page');
    const code = url.searchParams.get('code') ?? '';
    if (!isSame(url.searchParams.get('state') ?? '', state) || !/^[\w-]{1,200}$/.test(code)) {
      return say(response, 403, 'This is not the answer that was asked for; begin again at /');
    }
    say(response, 200, 'The App is made. Go back to the terminal.');
    came.resolve(code);
  });
  server.listen(options.port, '127.0.0.1');
  await Promise.race([once(server, 'listening'), once(server, 'error').then(refuse)]);
  const late = setTimeout(() => {
    came.reject(new ConfigInvalid('nobody agreed to the App within an hour'));
  }, patienceMs);
  came.promise.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    code: came.promise,
    close: () => {
      clearTimeout(late);
      server.close();
      server.closeIdleConnections();
    },
  };
}

function refuse([error]: unknown[]): never {
  throw new ConfigInvalid(`the page can't be opened: ${(error as Error).message}; try --port`);
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The page has no script, and its one form may go to GitHub alone. */
function formOf(action: string, manifest: object): string {
  const value = escaped(JSON.stringify(manifest));
  return `<h1>A GitHub App for Entropy-Playground</h1>
<p>GitHub shows next what the App may do, and asks you to agree.</p>
<form action="${escaped(action)}" method="post"><input type="hidden" name="manifest" value="${value}">
<button>Go on to GitHub</button></form>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (found) => entities[found] ?? '');

function say(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    connection: 'close',
  });
  response.end(`<!doctype html><meta charset="utf-8"><title>Entropy-Playground</title>${body}\n`);
}
