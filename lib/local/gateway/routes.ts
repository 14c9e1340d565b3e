import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RepositoryRef } from '../../domain/run.ts';
import type { StageRecord } from '../../domain/stage.ts';
import type { StageInput } from '../../domain/stage-input.ts';
import type { Egress } from '../../services/gateway/egress.ts';
import { eventTaker } from '../../services/gateway/events.ts';
import type { GatewayPorts, PriceOf } from '../../services/gateway/gateway-ports.ts';
import { heartbeat } from '../../services/gateway/heartbeat.ts';
import { modelTurn } from '../../services/gateway/model.ts';
import { takeFailure, takeResult } from '../../services/gateway/result.ts';
import { openSession, sessionOf } from '../../services/gateway/session.ts';
import { runOf } from '../../services/lifecycle/run-facts.ts';
import { serveUploadPack } from '../source/upload-pack.ts';
import { type Answer, errorAnswer, noContent, send, sendPatiently } from './answer.ts';
import { readJson } from './body.ts';

/** What the routes stand on. */
export interface RouteOptions {
  readonly ports: GatewayPorts;
  readonly priceOf: PriceOf;
  readonly inputOf: (stage: StageRecord) => Promise<StageInput>;
  readonly mirrorPathOf: (repository: RepositoryRef) => string;
  readonly egress: Egress;
  /** The proxy's address as a sandbox is told it, without credentials: `host:port`. */
  readonly proxyAddress: () => string;
  /** White space is sent this often while a model thinks, in milliseconds. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
}

interface Call {
  readonly stage: StageRecord;
  readonly body: unknown;
  /** Aborted when the client is gone. */
  readonly hangUp: AbortSignal;
}

interface Route {
  /** Most bytes that a body may have. */
  readonly limit: number;
  readonly slow?: true;
  readonly answer: (call: Call) => Promise<Answer>;
}

const small = 64 * 1024;
const megabyte = 1024 ** 2;

/** The routes that a session opens. */
function sessionRoutes(options: RouteOptions): Record<string, Route> {
  const { ports, egress } = options;
  const takeEvents = eventTaker(ports);
  const ok = (body: unknown): Answer => ({ status: 200, body });
  return {
    'GET /v1/input': { limit: 0, answer: async ({ stage }) => ok(await options.inputOf(stage)) },
    'POST /v1/model': {
      limit: 16 * megabyte,
      slow: true,
      answer: async ({ stage, body, hangUp }) =>
        ok(await modelTurn(ports, options.priceOf, stage, body, hangUp)),
    },
    'POST /v1/heartbeat': {
      limit: small,
      answer: async ({ stage }) => ok(await heartbeat(ports, await runOf(ports, stage.run))),
    },
    'POST /v1/events': {
      limit: megabyte,
      answer: async ({ stage, body }) => {
        await takeEvents(stage, body);
        return noContent;
      },
    },
    'POST /v1/result': {
      limit: 32 * megabyte,
      answer: async ({ stage, body }) => {
        await takeResult(ports, stage, body);
        return noContent;
      },
    },
    'POST /v1/failure': {
      limit: small,
      answer: async ({ stage, body }) => {
        await takeFailure(ports, stage, body);
        return noContent;
      },
    },
    'POST /v1/setup': {
      limit: small,
      answer: async ({ stage }) => {
        const secret = await egress.open(stage);
        return ok({ proxy: `http://setup:${secret}@${options.proxyAddress()}` });
      },
    },
    'DELETE /v1/setup': {
      limit: small,
      answer: async ({ stage }) => {
        await egress.close(stage);
        return noContent;
      },
    },
  };
}

/** Answers every request but `CONNECT`. Never throws. */
export function requestHandler(options: RouteOptions) {
  const routes = sessionRoutes(options);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const name = `${request.method} ${pathname}`;
      if (name === 'POST /v1/session') {
        const grant = await openSession(options.ports, await readJson(request, small));
        send(response, { status: 200, body: grant });
      } else if (/^\/git\/(?:info\/refs|git-upload-pack|git-receive-pack)$/.test(pathname)) {
        await serveGit(options, request, response);
      } else {
        const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
        if (route === undefined) send(response, { status: 404 });
        else await serve(options, route, request, response);
      }
    } catch (error) {
      if (!response.destroyed) send(response, errorAnswer(error, options.log));
    }
  };
}

async function serve(
  options: RouteOptions,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const stage = await sessionOf(options.ports, bearer(request));
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = await readJson(request, route.limit);
  const work = route.answer({ stage, body, hangUp: gone.signal });
  if (route.slow !== true) return send(response, await work);
  const told = work.catch((error: unknown) => errorAnswer(error, options.log));
  await sendPatiently(response, options.patienceMs, told);
}

/** A session reads its own run's repository, at its own run's commits. */
async function serveGit(
  options: RouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const stage = await sessionOf(options.ports, bearer(request));
  const run = await runOf(options.ports, stage.run);
  await serveUploadPack(options.mirrorPathOf(run.repository), run.id, request, response);
}

function bearer(request: IncomingMessage): string | undefined {
  return /^bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
}
