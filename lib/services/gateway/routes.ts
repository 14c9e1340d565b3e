import { NotFound } from '../../domain/errors.ts';
import type { Run } from '../../domain/run.ts';
import type { StageRecord } from '../../domain/stage.ts';
import type { StageInput } from '../../domain/stage-input.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { type Answer, errorAnswer, noContent } from './answer.ts';
import type { Egress } from './egress.ts';
import { eventTaker } from './events.ts';
import type { GatewayPorts, PriceOf } from './gateway-ports.ts';
import { heartbeat } from './heartbeat.ts';
import { jsonOf, tooLarge } from './json-body.ts';
import { modelTurn } from './model.ts';
import { takeFailure, takePartial, takeResult } from './result.ts';
import { openSession, sessionOf } from './session.ts';

/** What the routes stand on, wherever they are served. */
export interface RouteOptions {
  readonly ports: GatewayPorts;
  readonly priceOf: PriceOf;
  readonly inputOf: (stage: StageRecord) => Promise<StageInput>;
  /** Bytes of the largest body that the place lets through, where that is less than a result may have. */
  readonly bodyBytes?: number;
  /** The proxy for set-up. Where a place has none, its sandboxes have a network of their own and never ask. */
  readonly setup?: {
    readonly egress: Egress;
    /** The proxy's address as a sandbox is told it, without credentials: `host:port`. */
    readonly proxyAddress: () => string;
  };
}

/** A request whose sender was let in. */
interface Call {
  readonly body: unknown;
  /** Aborted when the client is gone. */
  readonly hangUp: AbortSignal;
}
type Answering = (call: Call) => Promise<Answer>;

/** One route of the gateway. */
export interface Route {
  /** Most bytes that a body may have. */
  readonly limit: number;
  /** It may take as long as a model thinks. */
  readonly slow?: true;
  /** Checks who asks, before a body is read, and gives what answers. Throws `SessionRefused`. */
  readonly enter: (authorization: string | undefined) => Promise<Answering>;
}

/** Finds the route of a request; git's are not among them. */
export type FindRoute = (method: string, path: string) => Route | undefined;

const small = 64 * 1024;
const megabyte = 1024 ** 2;
const mostBytes = ({ bodyBytes = 32 * megabyte }: RouteOptions) => bodyBytes;
const ok = (body: unknown): Answer => ({ status: 200, body });

/** The gateway's routes. What they answer with may throw any error of the domain. */
export function gatewayRoutes(options: RouteOptions): FindRoute {
  const { ports } = options;
  const opening: Route = {
    limit: small,
    enter: async () => async (call) => ok(await openSession(ports, call.body, mostBytes(options))),
  };
  const table = new Map<string, Route>([['POST /v1/session', opening]]);
  for (const [name, { answer, ...rest }] of Object.entries(sessionRoutes(options))) {
    const enter: Route['enter'] = async (authorization) => {
      const stage = await sessionOf(ports, bearer(authorization));
      return (call) => answer(stage, call);
    };
    table.set(name, { ...rest, enter });
  }
  return (method, path) => table.get(`${method} ${path}`);
}

/**
 * Answers a request whose body is there already. An unknown route is a 404; errors are answers too: it
 * never throws.
 */
export async function answerRequest(
  route: Route | undefined,
  request: {
    readonly authorization: string | undefined;
    readonly body: Uint8Array;
    readonly hangUp: AbortSignal;
  },
  log: (line: string) => void,
): Promise<Answer> {
  if (route === undefined) return { status: 404 };
  const { authorization, body, hangUp } = request;
  try {
    const answer = await route.enter(authorization);
    if (body.length > route.limit) throw tooLarge(route.limit);
    return await answer({ body: jsonOf(body), hangUp });
  } catch (error) {
    return errorAnswer(error, log);
  }
}

/** The run whose repository a session may read over git. Throws `SessionRefused`. */
export async function runOfSession(
  ports: GatewayPorts,
  authorization: string | undefined,
): Promise<Run> {
  const stage = await sessionOf(ports, bearer(authorization));
  return runOf(ports, stage.run);
}

interface SessionRoute extends Pick<Route, 'limit' | 'slow'> {
  readonly answer: (stage: StageRecord, call: Call) => Promise<Answer>;
}

/** The routes that a session opens. */
function sessionRoutes(options: RouteOptions): Record<string, SessionRoute> {
  const { ports } = options;
  const takeEvents = eventTaker(ports);
  const taking =
    (take: (stage: StageRecord, body: unknown) => Promise<void>): SessionRoute['answer'] =>
    async (stage, { body }) => {
      await take(stage, body);
      return noContent;
    };
  return {
    'GET /v1/input': { limit: 0, answer: async (stage) => ok(await options.inputOf(stage)) },
    'POST /v1/model': {
      limit: 16 * megabyte,
      slow: true,
      answer: async (stage, { body, hangUp }) =>
        ok(await modelTurn(ports, options.priceOf, stage, body, hangUp)),
    },
    'POST /v1/heartbeat': {
      limit: small,
      answer: async (stage) => ok(await heartbeat(ports, await runOf(ports, stage.run))),
    },
    'POST /v1/events': { limit: megabyte, answer: taking(takeEvents) },
    'POST /v1/result': {
      limit: mostBytes(options),
      answer: taking((stage, body) => takeResult(ports, stage, body)),
    },
    'POST /v1/partial': {
      limit: mostBytes(options),
      answer: taking((stage, body) => takePartial(ports, stage, body)),
    },
    'POST /v1/failure': {
      limit: small,
      answer: taking((stage, body) => takeFailure(ports, stage, body)),
    },
    ...setupRoutes(options.setup),
  };
}

function setupRoutes(setup: RouteOptions['setup']): Record<string, SessionRoute> {
  return {
    'POST /v1/setup': {
      limit: small,
      answer: async (stage) => {
        if (setup === undefined) {
          throw new NotFound('there is no proxy for set-up here: sandboxes have their own network');
        }
        const secret = await setup.egress.open(stage);
        return ok({ proxy: `http://setup:${secret}@${setup.proxyAddress()}` });
      },
    },
    'DELETE /v1/setup': {
      limit: small,
      answer: async (stage) => {
        await setup?.egress.close(stage);
        return noContent;
      },
    },
  };
}

function bearer(authorization: string | undefined): string | undefined {
  return /^bearer (\S{1,200})$/i.exec(authorization ?? '')?.[1];
}
