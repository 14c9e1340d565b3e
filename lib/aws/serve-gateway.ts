import { Readable } from 'node:stream';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { Run } from '../domain/run.ts';
import { type Answer, errorAnswer } from '../services/gateway/answer.ts';
import type { gitProxy } from '../services/gateway/git-proxy.ts';
import { isGitPath } from '../services/gateway/git-request.ts';
import { RequestTooLarge } from '../services/gateway/json-body.ts';
import { answerRequest, type FindRoute } from '../services/gateway/routes.ts';
import { isWirePath, type wireGateway } from '../services/gateway/wire/wire-gateway.ts';

/** An answer as a function URL streams it (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html). */
export interface StreamedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | string;
}

/** What the gateway answers with on AWS. */
export interface ServeOptions {
  readonly routeOf: FindRoute;
  /** The run that a session may read over git, and the commit it is pinned to. Throws `SessionRefused`. */
  readonly runOf: (authorization: string | undefined) => Promise<Run & { readonly commit: string }>;
  readonly git: ReturnType<typeof gitProxy>;
  readonly wire: ReturnType<typeof wireGateway>;
  /** White space is sent this often while a model thinks, in milliseconds. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
}

/** A client that is gone is not told of here; the function's own deadline stands in. */
const noHangUp = new AbortController().signal;

/** Answers a request to the function's URL. Never throws. */
export function gatewayServer(options: ServeOptions) {
  return async (event: LambdaFunctionURLEvent): Promise<StreamedAnswer> => {
    const { rawPath: path, body = '', isBase64Encoded } = event;
    const { method } = event.requestContext.http;
    const { authorization } = event.headers;
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
    if (isGitPath(path)) return answerGit(options, event, bytes);
    if (isWirePath(path)) return answerWire(options.wire, event, bytes);
    const route = options.routeOf(method, path);
    const request = { authorization, body: bytes, hangUp: noHangUp };
    const work = answerRequest(route, request, options.log);
    return route?.slow === true ? patient(work, options.patienceMs) : whole(await work);
  };
}

async function answerWire(
  wire: ServeOptions['wire'],
  event: LambdaFunctionURLEvent,
  bytes: Uint8Array,
): Promise<StreamedAnswer> {
  const { headers, rawPath: path } = event;
  const read = async (limit: number) => {
    if (bytes.length > limit) throw new RequestTooLarge(limit);
    return bytes;
  };
  const { method } = event.requestContext.http;
  const answer = await wire({ method, path, headers, read, hangUp: noHangUp });
  return { statusCode: answer.status, headers: answer.headers, body: answer.body };
}

async function answerGit(
  { git, runOf, log }: ServeOptions,
  event: LambdaFunctionURLEvent,
  body: Buffer,
): Promise<StreamedAnswer> {
  const { headers, rawPath, rawQueryString } = event;
  try {
    const run = await runOf(headers.authorization);
    const path = rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`;
    const { method } = event.requestContext.http;
    const answer = await git(run, { method, path, headers, body }, noHangUp);
    return { statusCode: answer.status, headers: answer.headers, body: answer.body };
  } catch (error) {
    return whole(errorAnswer(error, log));
  }
}

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

function whole({ status, body }: Answer): StreamedAnswer {
  const text = body === undefined ? '' : JSON.stringify(body);
  return { statusCode: status, headers: json, body: text };
}

/** White space until the answer is there, so that no one in between gives up; an error comes under the 200. */
function patient(work: Promise<Answer>, everyMs: number): StreamedAnswer {
  const body = new Readable({ read() {} });
  const timer = setInterval(() => body.push(' '), everyMs);
  void work.then((answer) => {
    clearInterval(timer);
    body.push(JSON.stringify(answer.body ?? {}));
    body.push(null);
  });
  return { statusCode: 200, headers: json, body };
}
