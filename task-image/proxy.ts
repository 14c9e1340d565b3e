import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** What the proxy lets through. */
export interface ProxyOptions {
  /** Exact hosts; `*.` before a name takes in all below it. */
  readonly allow: readonly string[];
  readonly port: number;
  readonly host: string;
  /** Opens the way to a host; another one in tests alone. */
  readonly open?: typeof connect;
}

/** A connection on which nothing is said for so long is closed, in milliseconds: longer than a model thinks. */
const silenceMs = 16 * 60_000;

/**
 * Takes CONNECT to port 443 of listed hosts, and nothing else: what is said through it is between the two ends. All that
 * sandboxes of tier `proxied` reach goes this way.
 */
export function startProxy(options: ProxyOptions): Promise<Server> {
  const open = options.open ?? connect;
  const server = createServer((_request, response) => response.writeHead(403).end());
  server.on('connect', ({ url = '' }, near: Duplex, head: Buffer) => {
    near.on('error', () => near.destroy());
    const host = /^([a-z0-9.-]+):443$/i.exec(url)?.[1]?.toLowerCase();
    if (host === undefined || !isAllowed(host, options.allow)) {
      near.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const far = open({ host, port: 443 });
    far.setTimeout(silenceMs, () => far.destroy());
    far.once('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    far.once('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      near.pipe(far).pipe(near);
    });
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve(server));
  });
}

function isAllowed(host: string, allow: readonly string[]): boolean {
  return allow.some((name) =>
    name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name,
  );
}

if (import.meta.main) {
  const allow = (process.env.ENTROPY_ALLOW ?? '').split(',').filter(Boolean);
  await startProxy({ allow, port: 3128, host: '0.0.0.0' });
  process.once('SIGTERM', () => process.exit(0));
}
