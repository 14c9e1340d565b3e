import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ScopeRefused, SessionRefused } from '../../domain/errors.ts';
import type { Egress, Passage } from '../../services/gateway/egress.ts';
import type { RegistriesOf } from '../../services/gateway/registry-list.ts';

/** A tunnel that is silent this long is ended, in milliseconds. */
const idleMs = 120_000;
const connectMs = 20_000;

/** Answers `CONNECT host:port` during set-up. The address that was checked is the one connected to. */
export function tunnelHandler(egress: Egress, registriesOf: RegistriesOf) {
  return (request: IncomingMessage, client: Duplex, head: Buffer): void => {
    client.on('error', () => client.destroy());
    open(egress, registriesOf, request).then(
      ({ upstream, passage }) => join(client, upstream, passage, head),
      (error: unknown) => refuse(client, error),
    );
  };
}

async function open(egress: Egress, registriesOf: RegistriesOf, request: IncomingMessage) {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(request.url ?? '');
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  const secret = secretIn(request.headers['proxy-authorization']);
  if (secret === undefined) throw new SessionRefused('a proxy credential is wanted');
  const passage = await egress.admit(secret, host, port);
  try {
    const addresses = isIP(host) === 0 ? await resolved(host) : [host];
    const { leadsTo } = await registriesOf();
    const allowed = addresses.filter(leadsTo);
    if (allowed.length === 0) {
      const reason =
        addresses.length === 0 ? 'no such name' : 'the name leads to a private address';
      throw await passage.refused(reason);
    }
    const upstream = await connected(allowed, port);
    upstream.on('error', () => upstream.destroy());
    try {
      await passage.confirm();
    } catch (error) {
      upstream.destroy();
      throw error;
    }
    return { upstream, passage };
  } catch (error) {
    passage.done();
    throw error;
  }
}

function secretIn(header: string | undefined): string | undefined {
  const match = /^basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (match?.[1] === undefined) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  return text.startsWith('setup:') ? text.slice('setup:'.length) : undefined;
}

async function resolved(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' }).catch(() => []);
  return found.map(({ address }) => address);
}

async function connected(addresses: readonly string[], port: number): Promise<Socket> {
  let failure: unknown;
  for (const host of addresses.slice(0, 4)) {
    try {
      return await connectedTo(host, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function connectedTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), connectMs);
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function join(client: Duplex, upstream: Socket, passage: Passage, head: Buffer): void {
  const end = () => {
    client.destroy();
    upstream.destroy();
    passage.done();
  };
  // Either may have gone while the way was made, and says nothing of it any more.
  if (client.destroyed || upstream.destroyed) end();
  passage.onEnd(end);
  if (client.destroyed) return;
  const count = (chunk: Buffer) => {
    if (!passage.spend(chunk.length)) end();
  };
  for (const socket of [client, upstream]) {
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', count);
  }
  upstream.setTimeout(idleMs, end);
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  if (head.length > 0) {
    count(head);
    upstream.write(head);
  }
  client.pipe(upstream);
  upstream.pipe(client);
}

function refuse(client: Duplex, error: unknown): void {
  const status =
    error instanceof SessionRefused
      ? '407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="setup"'
      : error instanceof ScopeRefused
        ? '403 Forbidden'
        : '502 Bad Gateway';
  const text = error instanceof ScopeRefused ? error.message : '';
  const size = Buffer.byteLength(text);
  client.end(`HTTP/1.1 ${status}\r\ncontent-length: ${size}\r\nconnection: close\r\n\r\n${text}`);
}
