import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { RepositoryRef } from '../../domain/run.ts';
import { errorAnswer } from '../../services/gateway/answer.ts';
import { isGitPath } from '../../services/gateway/git-request.ts';
import { jsonOf } from '../../services/gateway/json-body.ts';
import {
  gatewayRoutes,
  type Route,
  type RouteOptions,
  runOfSession,
} from '../../services/gateway/routes.ts';
import {
  isWirePath,
  type WireOptions,
  wireGateway,
} from '../../services/gateway/wire/wire-gateway.ts';
import { serveUploadPack } from '../source/upload-pack.ts';
import { send, sendPatiently } from './answer.ts';
import { readBody } from './body.ts';

/** What the routes stand on here. */
export interface LocalRouteOptions extends RouteOptions, Pick<WireOptions, 'relayOf'> {
  readonly mirrorPathOf: (repository: RepositoryRef) => string;
  /** White space is sent this often while a model thinks, in milliseconds. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
}

/** Answers every request but `CONNECT`. Never throws. */
export function requestHandler(options: LocalRouteOptions) {
  const routeOf = gatewayRoutes(options);
  const wire = wireGateway(options);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (isGitPath(pathname)) {
        await serveGit(options, request, response);
      } else if (isWirePath(pathname)) {
        await serveWire(wire, pathname, request, response);
      } else {
        const route = routeOf(request.method ?? '', pathname);
        if (route === undefined) send(response, { status: 404 });
        else await serve(options, route, request, response);
      }
    } catch (error) {
      if (!response.destroyed) send(response, errorAnswer(error, options.log));
    }
  };
}

async function serve(
  options: LocalRouteOptions,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await route.enter(request.headers.authorization);
  const hangUp = hangUpOf(response);
  const body = jsonOf(await readBody(request, route.limit));
  const work = answer({ body, hangUp });
  if (route.slow !== true) return send(response, await work);
  const told = work.catch((error: unknown) => errorAnswer(error, options.log));
  await sendPatiently(response, options.patienceMs, told);
}

/** A client of a provider's own protocol. What it cut off is settled before this ends. */
async function serveWire(
  answer: ReturnType<typeof wireGateway>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await answer({
    method: request.method ?? '',
    path,
    headers: request.headers as Record<string, string | undefined>,
    read: (limit) => readBody(request, limit),
    hangUp: hangUpOf(response),
  });
  const over = new Promise<void>((resolve) => body.once('close', () => resolve()));
  // The rest of an unread body is not waited for.
  const closing = request.complete ? {} : { connection: 'close' };
  if (!response.destroyed) response.writeHead(status, { ...headers, ...closing });
  // A client that hung up is no fault.
  await pipeline(body, response).catch(() => body.destroy());
  await over;
}

/** Aborted when the client is gone before its answer was there. */
function hangUpOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** A session reads its own run's repository, at its own run's commits. */
async function serveGit(
  options: LocalRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const run = await runOfSession(options.ports, request.headers.authorization);
  await serveUploadPack(options.mirrorPathOf(run.repository), run.id, request, response);
}
