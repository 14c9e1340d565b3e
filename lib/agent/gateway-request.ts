import type { Agent, IncomingMessage } from 'node:http';
import { errorNamed, RequestTooLarge, StageLost } from '../domain/errors.ts';

/** Where the gateway is. */
export interface GatewayPlace {
  readonly base: string;
  /** Of one that is reached over HTTPS: the proxy that leads there, `http://host:port`. */
  readonly proxy?: string | undefined;
}

/** One request to the gateway. */
export interface GatewayRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
}

const answerLimit = 64 * 1024 ** 2;

/**
 * Asks the gateway and gives its JSON, `undefined` where there is none. The answer may be preceded by
 * white space while the gateway waits itself, and an error may come under any status. Throws the domain's
 * error that the answer names, the signal's reason, and `StageLost` where no sense can be made of it.
 */
export async function askGateway(
  place: GatewayPlace,
  token: string | undefined,
  asked: GatewayRequest,
): Promise<unknown> {
  const limits = [AbortSignal.timeout(asked.timeoutMs), ...(asked.signal ? [asked.signal] : [])];
  const signal = AbortSignal.any(limits);
  let status: number;
  let text: string;
  try {
    const response = await send(place, token, asked, signal);
    status = response.statusCode ?? 0;
    text = (await read(response)).trim();
  } catch (error) {
    asked.signal?.throwIfAborted();
    const why = signal.aborted ? `no answer in ${asked.timeoutMs} ms` : (error as Error).message;
    throw new StageLost(`the gateway can't be reached for ${asked.path}: ${why}`);
  }
  return understood(status, text, asked.path);
}

// node:http and node:https, because `fetch` gives up after five minutes without headers.
function send(
  { base, proxy }: GatewayPlace,
  token: string | undefined,
  asked: GatewayRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
  };
  return new Promise((resolve, reject) => {
    // Without keep-alive: a connection that went stale would look like a failed request.
    const url = new URL(asked.path, base);
    // Not by `import`, which asks the module for all that it has: then Node loads its other HTTP client as well, and
    // a sandbox starts a fifth more slowly.
    const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
    const options = { method: asked.method, headers, signal, agent: agentTo(url, proxy) };
    const outgoing = http.request(url, options, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** How a URL of the gateway is connected to: each time anew, and one of HTTPS through the proxy, where there is one. */
export function agentTo({ protocol }: URL, proxy: string | undefined): Agent | false {
  if (protocol !== 'https:' || proxy === undefined) return false;
  const { Agent } = process.getBuiltinModule('node:https');
  return new Agent({ proxyEnv: { HTTPS_PROXY: proxy } });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerLimit) throw new Error(`more than ${answerLimit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function understood(status: number, text: string, path: string): unknown {
  // A function's URL refuses one by itself, before the gateway sees it.
  if (status === 413)
    throw new RequestTooLarge(`the request to ${path} is over the limit: ${text.slice(0, 200)}`);
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new StageLost(`the gateway's answer to ${path} (${status}) is not JSON`);
  }
  const fault = body as { error?: unknown; message?: unknown } | undefined;
  if (typeof fault?.error === 'string') throw errorNamed(fault.error, String(fault.message ?? ''));
  if (status >= 400 || status < 200) throw new StageLost(`the gateway answered ${path}: ${status}`);
  return body;
}
