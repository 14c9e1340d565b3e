import { Readable } from 'node:stream';
import { NotFound } from '../../../domain/errors.ts';
import type { StageRecord } from '../../../domain/stage.ts';
import { modelFor } from '../../../domain/terms.ts';
import { runOf } from '../../lifecycle/run-facts.ts';
import type { HttpAnswer } from '../answer.ts';
import { refuseModelless } from '../call-account.ts';
import { jsonOf } from '../json-body.ts';
import { refusedCall } from '../refused-call.ts';
import { sessionOf } from '../session.ts';
import { chatRules } from './chat-completions.ts';
import { objectAt } from './members.ts';
import { messagesRules } from './messages.ts';
import { type RelayOptions, relayCall } from './relay-call.ts';
import { responsesRules } from './responses.ts';
import { type RushLimits, rushGuard, rushLimits, TooManyCalls } from './rush.ts';
import { refusalOf, wireErrorOf } from './wire-error.ts';
import type { WireRules } from './wire-rules.ts';

/** A request of a client that speaks a provider's protocol. */
export interface WireRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Reads the body. Throws `RequestTooLarge`. */
  readonly read: (limit: number) => Promise<Uint8Array>;
  readonly hangUp: AbortSignal;
}

/** What the protocols are served by. */
export interface WireOptions extends RelayOptions {
  readonly limits?: RushLimits;
  readonly log: (line: string) => void;
}

const prefix = '/wire/';
const mostBytes = 16 * 1024 ** 2;

/** Base paths, which clients are pointed at, and what stands under them. */
const wires: readonly { base: string; models: string; calls: Record<string, WireRules> }[] = [
  { base: '/wire/anthropic', models: '/v1/models', calls: { '/v1/messages': messagesRules } },
  {
    base: '/wire/openai/v1',
    models: '/models',
    calls: { '/chat/completions': chatRules, '/responses': responsesRules },
  },
];

/** Whether a path is one of a provider's protocol. */
export function isWirePath(path: string): boolean {
  return path.startsWith(prefix);
}

/** Answers every request under `/wire/`, errors in the shape of its protocol. Never throws. */
export function wireGateway(options: WireOptions) {
  const enter = rushGuard(options.limits ?? rushLimits, () => options.ports.clock.now());
  const letIn = async (stage: StageRecord, { read }: WireRequest) => {
    refuseModelless(stage);
    const request = objectAt(jsonOf(await read(mostBytes)), 'the body');
    return { request, ticket: enter(stage) };
  };
  return async (request: WireRequest): Promise<HttpAnswer> => {
    const found = wires.find(({ base }) => `${request.path}/`.startsWith(`${base}/`));
    const path = request.path.slice(found?.base.length ?? 0);
    const rules = found?.calls[path] ?? Object.values(found?.calls ?? {})[0] ?? messagesRules;
    try {
      // Clients ask so whether there is a server at all.
      if (found !== undefined && request.method === 'HEAD') return whole(200);
      const stage = await sessionOf(options.ports, keyIn(request.headers));
      if (request.method === 'GET' && found !== undefined && path.startsWith(found.models)) {
        const run = await runOf(options.ports, stage.run);
        return whole(200, listed(rules, modelFor(run, stage.role).model, path !== found.models));
      }
      if (request.method !== 'POST' || found?.calls[path] === undefined) {
        throw new NotFound(`there is no ${request.method} ${request.path.slice(0, 200)} here`);
      }
      const { headers, hangUp } = request;
      const admitted = await letIn(stage, request).catch(async (error: unknown) => {
        throw await refusedCall(options.ports, stage, rules.wire, error);
      });
      return await relayCall(options, { ...admitted, stage, rules, headers, hangUp });
    } catch (error) {
      return refused(rules, error, options.log);
    }
  };
}

/** Clients of Anthropic's protocol give their key as `x-api-key`, others as a bearer. */
function keyIn(headers: WireRequest['headers']): string | undefined {
  return headers['x-api-key'] ?? /^bearer (\S{1,200})$/i.exec(headers.authorization ?? '')?.[1];
}

/** The one model of the role, in the shape of either protocol. */
function listed({ wire }: WireRules, id: string, one: boolean): unknown {
  const model =
    wire === 'messages'
      ? { type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }
      : { object: 'model', id, created: 0, owned_by: 'entropy-playground' };
  if (one) return model;
  return wire === 'messages'
    ? { data: [model], has_more: false, first_id: id, last_id: id }
    : { object: 'list', data: [model] };
}

function refused(rules: WireRules, error: unknown, log: (line: string) => void): HttpAnswer {
  const told = wireErrorOf(error, log);
  const later = error instanceof TooManyCalls ? '5' : refusalOf(error)?.retryAfter;
  return whole(told.status, rules.errorBody(told), later && { 'retry-after': later });
}

function whole(status: number, body?: unknown, more: Record<string, string> | '' = {}): HttpAnswer {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(more || {}),
  };
  const text = body === undefined ? [] : [JSON.stringify(body)];
  return { status, headers, body: Readable.from(text) };
}
