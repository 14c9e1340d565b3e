import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../../lib/domain/budget.ts';
import type { StopReason } from '../../lib/domain/model.ts';
import { awsFrames } from './aws-frames.ts';
import { anthropicWire } from './scripted-anthropic.ts';
import { openaiWire } from './scripted-openai.ts';
import { responsesWire } from './scripted-responses.ts';

/** One part of a scripted turn; `rawInput` stands for arguments that are no JSON. */
export type ScriptedPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | {
      readonly type: 'tool_use';
      readonly name: string;
      /** Over Responses only: the namespace that the client offered the tool in. */
      readonly namespace?: string;
      readonly id?: string;
      readonly input?: Record<string, unknown>;
      readonly rawInput?: string;
    };

/** How a request goes wrong instead of being answered. Retry-after in milliseconds. */
type ScriptedFailure =
  | { readonly status: number; readonly retryAfterMs?: number; readonly message?: string }
  | 'cut'
  | 'stall'
  | 'silence'
  | 'overloaded-mid-stream';

/** One turn. Each of `failures` takes one request before the reply is given; no content: they go on. */
export interface ScriptedTurn {
  readonly content?:
    | readonly ScriptedPart[]
    | ((request: ScriptedRequest) => readonly ScriptedPart[]);
  readonly stop?: StopReason;
  readonly usage?: Usage;
  readonly failures?: readonly ScriptedFailure[];
  /** Milliseconds before the answer begins. */
  readonly delayMs?: number;
  /** The answer begins no earlier than this is settled. */
  readonly after?: Promise<unknown>;
}

/** The turns of one conversation. */
export interface ScriptedConversation {
  /** Served where the system prompt contains this. The next conversation with it is the next such entry. */
  readonly when: string;
  readonly turns: readonly ScriptedTurn[];
}

/** A request as it came in. */
export interface ScriptedRequest {
  readonly protocol: 'anthropic' | 'openai' | 'responses';
  readonly key: string;
  readonly headers: IncomingMessage['headers'];
  readonly stream: boolean;
  /** Asked for as Bedrock is: the model in the path, the stream in frames of AWS. */
  readonly bedrock: boolean;
  readonly model: string;
  readonly system: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape, looked into by tests
  readonly body: any;
  /** From 1: the turn that the request asks for. */
  readonly turn: number;
}

/** What a protocol reads from a body and writes for a turn. */
export interface Wire {
  readonly protocol: ScriptedRequest['protocol'];
  // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape
  read(body: any): { system: string; firstUser: string; assistantMessages: number };
  whole(reply: ScriptedReply): unknown;
  /** Server-sent events, each a whole `event:`/`data:` text. */
  events(reply: ScriptedReply): string[];
  error(status: number, message: string): unknown;
  /** An error event inside a stream. */
  errorEvent(): string;
}

/** What a wire puts into its own shape. */
export interface ScriptedReply {
  readonly id: string;
  readonly model: string;
  readonly content: readonly ScriptedPart[];
  readonly stop: StopReason;
  readonly usage: Usage;
}

/** The model's name in every reply: these words come from no model. */
const scriptedModelName = 'scripted-model';

interface Conversation {
  readonly script: ScriptedConversation;
  readonly number: number;
  readonly failed: Map<number, number>;
  served: number;
}

/**
 * A real HTTP server that speaks Anthropic Messages, the same as Bedrock has it, OpenAI Chat Completions and Responses,
 * streamed or not, and serves scripted turns. Which turn: the first unused conversation whose `when` stands in the system
 * prompt, then the number of assistant messages in the request.
 */
export async function startScriptedModel(script: {
  readonly turns: readonly ScriptedConversation[];
  /** Members of a body that this server does not know: a request with one is answered with 400. */
  readonly refuses?: readonly string[];
}): Promise<{
  anthropicUrl: string;
  openaiUrl: string;
  requests: ScriptedRequest[];
  close(): Promise<void>;
}> {
  const requests: ScriptedRequest[] = [];
  const find = conversations(script.turns);
  const server = createServer((req, res) => {
    answer(req, res, requests, find, script.refuses ?? []).catch((error) => {
      if (!res.headersSent) res.writeHead(500);
      res.end(JSON.stringify({ error: { type: 'scripted', message: String(error) } }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    anthropicUrl: url,
    openaiUrl: `${url}/v1`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

type Find = (system: string, firstUser: string, turn: number) => Conversation;

function conversations(scripts: readonly ScriptedConversation[]): Find {
  const unused = [...scripts];
  const open = new Map<string, Conversation>();
  let number = 0;
  return (system, firstUser, turn) => {
    const key = JSON.stringify([system, firstUser]);
    const known = open.get(key);
    // A first turn that was answered before begins another conversation with the same words.
    if (known !== undefined && (turn > 1 || known.served === 0)) return known;
    const index = unused.findIndex((script) => system.includes(script.when));
    const found = unused[index];
    if (found === undefined) {
      throw new Error(`no scripted conversation is left for: ${system.slice(0, 80)}`);
    }
    unused.splice(index, 1);
    number += 1;
    const fresh = { script: found, number, failed: new Map<number, number>(), served: 0 };
    open.set(key, fresh);
    return fresh;
  };
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  requests: ScriptedRequest[],
  find: Find,
  refuses: readonly string[],
): Promise<void> {
  const path = new URL(req.url ?? '/', 'http://localhost').pathname;
  const invoked = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/.exec(path);
  const wire = invoked ? anthropicWire : wireAt(path);
  if (req.method !== 'POST' || wire === undefined) {
    res.writeHead(404).end('{}');
    return;
  }
  const asked = JSON.parse(await text(req));
  const [, model, streamed] = invoked ?? [];
  const body = model ? { ...asked, model: decodeURIComponent(model), stream: !!streamed } : asked;
  const { system, firstUser, assistantMessages } = wire.read(body);
  const turn = assistantMessages + 1;
  const key = String(req.headers['x-api-key'] ?? req.headers.authorization ?? '');
  const request: ScriptedRequest = {
    protocol: wire.protocol,
    key: key.replace(/^Bearer /, ''),
    headers: req.headers,
    stream: body.stream === true,
    bedrock: invoked !== null,
    model: body.model,
    system,
    body,
    turn,
  };
  requests.push(request);
  const refused = refuses.find((member) => Object.hasOwn(body, member));
  if (refused !== undefined) {
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(JSON.stringify(wire.error(400, `Unknown parameter: '${refused}'.`)));
    return;
  }
  await serve(res, wire, request, find(system, firstUser, turn));
}

function wireAt(path: string): Wire | undefined {
  if (path.endsWith('/messages')) return anthropicWire;
  if (path.endsWith('/chat/completions')) return openaiWire;
  return path.endsWith('/responses') ? responsesWire : undefined;
}

async function serve(
  res: ServerResponse,
  wire: Wire,
  request: ScriptedRequest,
  conversation: Conversation,
): Promise<void> {
  const turn = conversation.script.turns[request.turn - 1];
  if (turn === undefined) {
    throw new Error(`"${conversation.script.when}" has no turn ${request.turn}`);
  }
  const failed = conversation.failed.get(request.turn) ?? 0;
  const failures = turn.failures ?? [];
  const failure =
    failures[turn.content === undefined ? Math.min(failed, failures.length - 1) : failed];
  if (turn.delayMs !== undefined) await waited(res, sleep(turn.delayMs, undefined, { ref: false }));
  if (turn.after !== undefined) await waited(res, turn.after);
  if (res.destroyed) return;
  if (failure === undefined && turn.content === undefined)
    throw new Error('a turn without content');
  const content = typeof turn.content === 'function' ? turn.content(request) : (turn.content ?? []);
  const calls = content.some((part) => part.type === 'tool_use');
  const reply: ScriptedReply = {
    id: `scripted-${conversation.number}-${request.turn}`,
    model: scriptedModelName,
    content: content.map((part, index) =>
      part.type === 'tool_use' ? { id: `tool-${request.turn}-${index}`, ...part } : part,
    ),
    stop: turn.stop ?? (calls ? 'tool' : 'end'),
    usage: turn.usage ?? { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 },
  };
  if (failure !== undefined) {
    conversation.failed.set(request.turn, failed + 1);
    fail(res, wire, reply, failure);
    return;
  }
  conversation.served = Math.max(conversation.served, request.turn);
  if (request.stream) {
    const type = request.bedrock ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
    res.writeHead(200, { 'content-type': type });
    for (const event of wire.events(reply)) res.write(request.bedrock ? awsFrames(event) : event);
    res.end();
  } else {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(wire.whole(reply)));
  }
}

/** Waits, but no longer than the client does. */
async function waited(res: ServerResponse, wait: Promise<unknown>): Promise<void> {
  await Promise.race([wait, new Promise((done) => res.on('close', done))]);
}

function fail(
  res: ServerResponse,
  wire: Wire,
  reply: ScriptedReply,
  failure: ScriptedFailure,
): void {
  if (typeof failure === 'object') {
    const { status, retryAfterMs, message = `scripted ${status}` } = failure;
    const wait = retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) };
    res.writeHead(status, { 'content-type': 'application/json', ...wait });
    res.end(JSON.stringify(wire.error(status, message)));
    return;
  }
  if (failure === 'silence') return;
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const events = wire.events(reply);
  for (const event of events.slice(0, Math.ceil(events.length / 2))) res.write(event);
  if (failure === 'cut') setTimeout(() => res.destroy(), 20);
  if (failure === 'overloaded-mid-stream') res.end(wire.errorEvent());
  // A stall leaves the stream open and says no more.
}
