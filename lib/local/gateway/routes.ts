import type { IncomingMessage, ServerResponse } from 'node:http';
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
import { serveUploadPack } from '../source/upload-pack.ts';
import { send, sendPatiently } from './answer.ts';
import { readBody } from './body.ts';

/** What the routes stand on here. */
export interface LocalRouteOptions extends RouteOptions {
  readonly mirrorPathOf: (repository: RepositoryRef) => string;
  /** White space is sent this often while a model thinks, in milliseconds. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
}

/** Answers every request but `CONNECT`. Never throws. */
export function requestHandler(options: LocalRouteOptions) {
  const routeOf = gatewayRoutes(options);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (isGitPath(pathname)) {
        await serveGit(options, request, response);
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
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = jsonOf(await readBody(request, route.limit));
  const work = answer({ body, hangUp: gone.signal });
  if (route.slow !== true) return send(response, await work);
  const told = work.catch((error: unknown) => errorAnswer(error, options.log));
  await sendPatiently(response, options.patienceMs, told);
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
