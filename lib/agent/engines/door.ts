import { randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentStuck, type DomainError, ModelFailed } from '../../domain/errors.ts';
import { agentTo } from '../gateway-request.ts';
import { namedFault } from './named-fault.ts';

/**
 * The way from an engine's program to the gateway's model wires. The program has the door's own key, which opens
 * the wires and nothing else: the session, which could leave a handoff, stays in this process.
 */
export interface Door {
  readonly url: string;
  readonly key: string;
  /** Model calls so far. */
  calls(): number;
  /** Those that were refused or broke off, by server or gateway. */
  failed(): number;
  /** Calls on their way. */
  waiting(): number;
  /** The program gave the last call up before a word of the model came. */
  unheard(): boolean;
  /** What the last call came to, where it failed. */
  failure(): DomainError | undefined;
  close(): void;
}

/** What a door is opened with. */
export interface DoorOptions {
  /** Base of the gateway's wires, without a slash at the end. */
  readonly target: string;
  readonly token: string;
  /** What leads to a gateway that is reached over HTTPS, see `gateway-request.ts`. */
  readonly proxy?: string | undefined;
  readonly turns: number;
  /** A call on which nothing comes for so long is cut, in milliseconds. */
  readonly idleMs: number;
  /** Something went through. */
  readonly onLife: () => void;
  /** Nothing will come through any more: the program need not try again. */
  readonly onOver: (reason: DomainError) => void;
}

/** Failed calls in a row after which the program is ended: some try for minutes. */
const failuresInARow = 4;
const answerLimit = 32 * 1024 ** 2;
/** What is asked in passing: no turn, and no failure of the model's. */
const asides = /^\/(anthropic|openai)\/v1\/models$/;
const calls = /^\/(anthropic\/v1\/messages|openai\/v1\/(chat\/completions|responses))$/;
const passedOn = /^(accept|content-type|anthropic-.*|openai-.*|x-stainless-.*|user-agent)$/;

// Not by `import`, see `gateway-request.ts`.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Opens a door on a free loopback port. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const key = randomBytes(24).toString('base64url');
  const state = new DoorState(options);
  const server = http.createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const isCall = request.method === 'POST' && calls.test(pathname);
    // The gateway does not count tokens either: programs estimate them.
    if (!isCall && (request.method !== 'GET' || !asides.test(pathname)))
      return notFound(request, response);
    if (keyOf(request) !== key) return void response.writeHead(401).end('{}');
    const aside = { ...options, turns: 1, onLife: () => {}, onOver: () => {} };
    const [told, of] = isCall ? [options, state] : [aside, new DoorState(aside)];
    pass(told, of, `${pathname}${search}`, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    calls: () => state.calls,
    failed: () => state.failed,
    waiting: () => state.waiting,
    unheard: () => state.unheard,
    failure: () => state.failure,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

class DoorState {
  calls = 0;
  failed = 0;
  waiting = 0;
  failure: DomainError | undefined;
  unheard = false;
  #row = 0;
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  begun(): void {
    this.calls += 1;
    this.waiting += 1;
    const { turns, onOver, onLife } = this.#options;
    onLife();
    if (this.calls > turns)
      onOver(new AgentStuck(`all ${turns} turns are used and no result left`));
  }

  /** A refusal by the domain's own name ends it all, and so does one for good; a server's failure may pass. */
  ended(failure: DomainError | undefined, forGood = false): void {
    this.waiting -= 1;
    this.failure = failure;
    this.#row = failure === undefined ? 0 : this.#row + 1;
    if (failure === undefined) return;
    this.failed += 1;
    const final = forGood || !(failure instanceof ModelFailed) || this.#row >= failuresInARow;
    if (final) this.#options.onOver(failure);
  }
}

function keyOf({ headers }: IncomingMessage): string {
  const given = headers['x-api-key'] ?? headers.authorization ?? '';
  return String(given).replace(/^Bearer /i, '');
}

function pass(
  options: DoorOptions,
  state: DoorState,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  state.begun();
  let done = false;
  let heard = false;
  const onLife = () => {
    heard = true;
    state.unheard = false;
    options.onLife();
  };
  const end = (failure?: DomainError, forGood?: boolean) => {
    if (!done) state.ended(failure, forGood);
    done = true;
  };
  const fail = (why: string) => {
    end(new ModelFailed(why));
    outgoing.destroy();
    if (response.headersSent) response.destroy();
    else response.writeHead(504, { 'content-type': 'application/json' }).end(refusalText(why));
  };
  const url = new URL(`${options.target}${path}`);
  const { request: send } = url.protocol === 'https:' ? https : http;
  const headers = headersFor(request, options.token);
  const agent = agentTo(url, options.proxy);
  const outgoing = send(url, { method: request.method, headers, agent }, (answer) => {
    relay(answer, response, { onLife, end, fail });
  });
  const silence = `the model's server sent nothing for ${Math.round(options.idleMs / 1000)} s`;
  outgoing.setTimeout(options.idleMs, () => fail(silence));
  outgoing.on('error', (error) => fail(`the model can't be reached: ${error.message}`));
  response.on('close', () => {
    // The program hung up, which it may: nothing is known of the call, but whether it waited in vain.
    state.unheard = !done && !heard;
    end();
    outgoing.destroy();
  });
  request.pipe(outgoing);
}

/** Hands the answer on as it comes, and looks at its beginning where it is a refusal. */
function relay(
  answer: IncomingMessage,
  response: ServerResponse,
  told: {
    readonly onLife: () => void;
    readonly end: (failure?: DomainError, forGood?: boolean) => void;
    readonly fail: (why: string) => void;
  },
): void {
  const status = answer.statusCode ?? 502;
  const heads: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (/^(content-type|retry-after(-ms)?|x-should-retry|request-id|entropy-.*)$/.test(name)) {
      heads[name] = value;
    }
  }
  response.writeHead(status, heads);
  let size = 0;
  let kept = '';
  answer.on('data', (chunk: Buffer) => {
    told.onLife();
    size += chunk.length;
    kept = `${kept}${chunk.toString('utf8')}`.slice(-8_000);
    if (size > answerLimit) return told.fail(`an answer of more than ${answerLimit} bytes`);
    if (!response.write(chunk)) answer.pause();
  });
  response.on('drain', () => answer.resume());
  answer.on('end', () => {
    response.end();
    told.end(namedFault(status, kept), isForGood(status));
  });
  answer.on('error', () => told.fail("the model's answer broke off"));
  answer.on('aborted', () => told.fail("the model's answer broke off"));
}

/**
 * Key, account or right are refused: any request would be. One that is itself refused, as too long, the program may
 * mend, until too many in a row fail.
 */
function isForGood(status: number): boolean {
  return status === 401 || status === 402 || status === 403;
}

function notFound(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(refusalText('not found', 'not_found_error'));
}

function headersFor(request: IncomingMessage, token: string): OutgoingHttpHeaders {
  const kept = Object.entries(request.headers).filter(([name]) => passedOn.test(name));
  const length = request.headers['content-length'];
  return {
    ...Object.fromEntries(kept),
    ...(length === undefined ? {} : { 'content-length': length }),
    // Either way, as the protocol's own clients say it.
    authorization: `Bearer ${token}`,
    'x-api-key': token,
  };
}

function refusalText(message: string, type = 'api_error'): string {
  return JSON.stringify({ type: 'error', error: { type, message } });
}
