import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Reply } from './api.ts';
import { ApiError, notFound } from './errors.ts';
import type { Fault } from './faults.ts';
import type { GitEnvironment } from './git/exec.ts';
import { executeGraphql } from './graphql/execute.ts';
import { answerForm, type FormAnswer } from './manifest-pages.ts';
import { renderPage } from './pages.ts';
import type { Principal } from './principal.ts';
import { followBranches } from './pull-changes.ts';
import type { Dispatch } from './router.ts';
import { basicToken, type GitRequest, gitRequestOf, refuseGit, serveGit } from './smart-http.ts';
import { actorOf, type World } from './world.ts';

export const apiBase = '/api/v3';
const graphqlPath = '/api/graphql';
const controlBase = '/_playground/';
const bodyLimit = 25 * 1024 * 1024;

/** What the server needs beside the world. */
export interface ServerParts {
  /** Known once the server listens. */
  readonly world: World;
  readonly dispatch: Dispatch;
  readonly repositoriesDir: string;
  readonly environment: GitEnvironment;
  readonly log: (line: string) => void;
  /** Runs a control by name. Throws 401 where the token is not the control token. */
  readonly control: (name: string, body: unknown, token: string | undefined) => Promise<unknown>;
}

/** GitHub's two APIs, git's smart protocol and the playground's own controls, on one port. */
export function createPlaygroundServer(parts: () => ServerParts): PlaygroundServer {
  const running = new Set<Promise<void>>();
  const http = createServer((request, response) => {
    const task = answer(parts(), request, response)
      .catch((error) => {
        parts().log(`playground: ${request.method} ${request.url}: ${(error as Error).stack}`);
        if (response.headersSent) response.destroy();
        else send(response, errorReply(new ApiError(500, 'Server Error')));
      })
      .finally(() => running.delete(task));
    running.add(task);
  });
  return {
    http,
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** The server, and a way to wait for the requests that it has taken, their callers there or not. */
export interface PlaygroundServer {
  readonly http: Server;
  settled(): Promise<void>;
}

async function answer(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', parts.world.urls.root);
  const git = gitRequestOf(parts.world, url);
  if (git) return answerGit(parts, git, request, response);
  response.setHeader('X-GitHub-Request-Id', randomUUID().replaceAll('-', '').toUpperCase());
  response.setHeader('X-GitHub-Media-Type', 'github.v3; format=json');
  // What is left of a body that was too large is not read.
  const say = (reply: Reply) => {
    if (reply.status === 413) response.setHeader('Connection', 'close');
    observe(parts.world, request, url, reply);
    send(response, reply);
  };
  try {
    const header = request.headers.authorization;
    const token = /^(?:bearer|token) +(.+)$/i.exec(header ?? '')?.[1] ?? basicToken(header);
    if (url.pathname.startsWith(controlBase)) {
      const name = url.pathname.slice(controlBase.length);
      const body = await parts.control(name, await readJson(request), token);
      return send(response, { status: 200, body: body ?? null });
    }
    if (request.method === 'GET' && !url.pathname.startsWith('/api/')) {
      return sendPage(response, await renderPage(parts.world, url.pathname));
    }
    if (request.method === 'POST' && !url.pathname.startsWith('/api/')) {
      const form = new URLSearchParams((await readBody(request)).toString('utf8'));
      return sendForm(response, answerForm(parts.world, url, form));
    }
    const reply = await answerApi(parts, url, token, request, response);
    if (reply) say(reply);
    else response.destroy();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say(errorReply(error));
  }
}

/** Tells what the REST API answers. */
function observe({ observer }: World, { method = '' }: IncomingMessage, url: URL, reply: Reply) {
  if (!url.pathname.startsWith(`${apiBase}/`)) return;
  const { status, body } = reply;
  observer.answered({ method, path: url.pathname.slice(apiBase.length), status, body });
}

/** The answer of one of the two APIs within the caller's limits, or undefined to drop the connection. */
async function answerApi(
  parts: ServerParts,
  url: URL,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | undefined> {
  const { world } = parts;
  const principal: Principal = token ? world.tokens.principalOf(token) : { kind: 'anonymous' };
  const resource = url.pathname === graphqlPath ? 'graphql' : 'core';
  const writes = request.method !== 'GET';
  const taken = world.limits.take({ principal, resource, writes });
  for (const [name, value] of Object.entries(taken.headers)) response.setHeader(name, value);
  const body = await readJson(request);
  // GraphQL tells of a limit with status 200.
  if (taken.refusal && resource === 'graphql') return overLimit(taken.refusal);
  if (taken.refusal) throw taken.refusal;
  const reply = await apiReply(parts, url, request, { principal, body });
  if (!reply || writes || !isKnown(request, response, reply)) return reply;
  taken.giveBack();
  return { status: 304 };
}

/** Names the version of an answer to a read; true where the caller says that it has it. */
function isKnown(request: IncomingMessage, response: ServerResponse, { status, body }: Reply) {
  if (status !== 200 || body === undefined) return false;
  const bytes = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const etag = `W/"${createHash('sha256').update(bytes).digest('hex')}"`;
  response.setHeader('ETag', etag);
  return request.headers['if-none-match'] === etag;
}

/** The API's answer, or undefined where the connection is to be dropped instead. */
async function apiReply(
  parts: ServerParts,
  url: URL,
  request: IncomingMessage,
  { principal, body }: { readonly principal: Principal; readonly body: unknown },
): Promise<Reply | undefined> {
  const { world } = parts;
  const graphql = url.pathname === graphqlPath;
  if (!graphql && !url.pathname.startsWith(`${apiBase}/`)) throw notFound();
  const path = graphql ? '/graphql' : url.pathname.slice(apiBase.length);
  const method = request.method ?? 'GET';
  const fault = world.faults.take(method, path);
  if (fault?.kind === 'hang-up') return undefined;
  if (fault?.kind === 'status') return faultReply(fault);
  const accept = request.headers.accept ?? '';
  const reply = graphql
    ? executeGraphql({ world, principal, actor: actorOf(world, principal) }, body)
    : await parts.dispatch({ method, path, query: url.searchParams, body, principal, accept });
  return fault ? undefined : reply;
}

function overLimit({ message }: ApiError): Reply {
  return { status: 200, body: { errors: [{ type: 'RATE_LIMITED', message }] } };
}

function faultReply({ status = 500, retryAfter, body }: Fault): Reply {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return { status, body: body ?? { message: 'A fault made on purpose' }, headers };
}

async function answerGit(
  parts: ServerParts,
  git: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world } = parts;
  const refuse = (status: number, text: string) => {
    const ask = status === 401 ? { 'WWW-Authenticate': 'Basic realm="GitHub"' } : {};
    response.writeHead(status, { 'Content-Type': 'text/plain', ...ask }).end(`${text}\n`);
  };
  let principal: Principal = { kind: 'anonymous' };
  try {
    const token = basicToken(request.headers.authorization);
    if (token) principal = world.tokens.principalOf(token);
  } catch {
    return refuse(401, 'Invalid username or token.');
  }
  const refusal = refuseGit(git, principal);
  const { repository } = git;
  if (refusal || !repository) return refuse(refusal?.status ?? 404, refusal?.text ?? 'Not Found');
  const actor = actorOf(world, principal);
  const followed = async () => {
    if (git.endpoint !== 'git-receive-pack') return;
    await world.takeTurn(repository.id, () => followBranches({ world, repository, actor }));
    world.store.changed();
  };
  const { repositoriesDir: root, environment } = parts;
  const options = { root, user: actor.login, environment, followed };
  await serveGit({ ...git, repository }, options, request, response);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(request);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new ApiError(413, 'Request Entity Too Large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  if (body === undefined) {
    response.writeHead(status).end();
  } else if (Buffer.isBuffer(body)) {
    response.writeHead(status).end(body);
  } else {
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.writeHead(status).end(JSON.stringify(body));
  }
}

function sendPage(response: ServerResponse, html: string | undefined): void {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
  response.writeHead(html === undefined ? 404 : 200).end(html ?? 'Not Found');
}

function sendForm(response: ServerResponse, answer: FormAnswer | undefined): void {
  if (answer === undefined || 'html' in answer) sendPage(response, answer?.html);
  else response.writeHead(302, { Location: answer.location }).end();
}

function errorReply({ status, message, errors }: ApiError): Reply {
  const documentation_url = 'https://docs.github.com/rest';
  const told = { message, ...(errors ? { errors } : {}), documentation_url, status: `${status}` };
  return { status, body: told };
}
