import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GitRefused, gitHeaders, gitServiceOf } from '../../services/gateway/git-request.ts';
import { type GitEnvironment, gitVariables } from './git.ts';

/** Bounds of the service. */
export interface UploadPackOptions {
  readonly environment?: GitEnvironment;
  /** Bytes of a request's body once it is unpacked; 10 MB unless given. */
  readonly bodyLimit?: number;
  /** Milliseconds one answer may take; 10 minutes unless given. */
  readonly timeoutMs?: number;
}

/**
 * Git's smart HTTP, for reading only: answers `GET .../info/refs?service=git-upload-pack` and
 * `POST .../git-upload-pack` from the mirror and shows nothing but `refs/entropy/<run>/*`. The caller has
 * checked who asks. Faults become HTTP answers; it never throws.
 */
export async function serveUploadPack(
  mirrorPath: string,
  run: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: UploadPackOptions = {},
): Promise<void> {
  try {
    const contentType = request.headers['content-type'];
    const service = gitServiceOf({ method: request.method, path: request.url, contentType });
    if (!/^[A-Za-z0-9-]+$/.test(run)) throw new GitRefused(404, 'no such run');
    const body =
      service === 'pack' ? await bodyOf(request, options.bodyLimit ?? 10_000_000) : undefined;
    if (body === undefined) await answerRefs(uploadPack(mirrorPath, run, true, options), response);
    else await answerPack(uploadPack(mirrorPath, run, false, options), body, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (error instanceof GitRefused) refuse(response, error.status, error.message);
    else refuse(response, 500, 'git could not answer');
  }
}

async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip')
    throw new GitRefused(415, 'only gzip is known');
  const source = encoding === 'gzip' ? unpacked(request) : request;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Not destroyed on refusal: the socket is still needed for the answer.
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > limit) throw new GitRefused(413, `a request may have ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof GitRefused ? error : new GitRefused(400, 'the body could not be read');
  }
  return Buffer.concat(chunks);
}

function unpacked(request: IncomingMessage): Readable {
  const gunzip = createGunzip();
  finished(request, (error) => error && gunzip.destroy(error));
  return request.pipe(gunzip);
}

type UploadPack = ChildProcessByStdio<Writable, Readable, null>;

/** Protocol version 0 on purpose: version 2 hands out any object by its id, hidden refs or not. */
function uploadPack(
  mirrorPath: string,
  run: string,
  advertise: boolean,
  options: UploadPackOptions,
): UploadPack {
  const mode = advertise ? ['--stateless-rpc', '--advertise-refs'] : ['--stateless-rpc'];
  const config: [string, string][] = [
    ['uploadpack.hideRefs', 'refs/'],
    ['uploadpack.hideRefs', `!refs/entropy/${run}/`],
  ];
  return spawn('git', ['upload-pack', '--strict', ...mode, mirrorPath], {
    env: gitVariables({ environment: options.environment, config }),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: options.timeoutMs ?? 600_000,
  });
}

async function answerRefs(child: UploadPack, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  child.stdin.end();
  const closed = ended(child);
  for await (const chunk of child.stdout) chunks.push(chunk);
  if ((await closed) !== 0) throw new GitRefused(404, 'the repository has no such run');
  response.writeHead(200, gitHeaders('advertisement'));
  response.end(Buffer.concat([Buffer.from('001e# service=git-upload-pack\n0000'), ...chunks]));
}

async function answerPack(
  child: UploadPack,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const closed = ended(child);
  response.on('close', () => child.kill());
  child.stdin.on('error', () => undefined);
  child.stdin.end(body);
  response.writeHead(200, gitHeaders('result'));
  await pipeline(child.stdout, response, { end: false });
  if ((await closed) === 0) response.end();
  else response.destroy();
}

function ended(child: UploadPack): Promise<number | null> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code));
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  // The rest of an unread body is not waited for.
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`${message}\n`);
}
