import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { covers } from './access.ts';
import type { GitEnvironment } from './git/exec.ts';
import { type Repository, roles } from './model.ts';
import type { Principal } from './principal.ts';
import { roleOf } from './store.ts';
import type { World } from './world.ts';

const timeLimitMs = 120_000;
const route = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** One request of git's smart protocol. */
export interface GitRequest {
  readonly repository: Repository | undefined;
  readonly service: 'git-upload-pack' | 'git-receive-pack';
  readonly endpoint: string;
  readonly query: string;
}

/** The request of git's smart protocol that a URL is, or undefined. */
export function gitRequestOf(world: World, url: URL): GitRequest | undefined {
  const match = route.exec(url.pathname);
  if (!match) return undefined;
  const [, owner = '', name = '', endpoint = ''] = match;
  const service = endpoint === 'info/refs' ? url.searchParams.get('service') : endpoint;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined;
  const repository = world.store.repository(owner, name);
  return { repository, service, endpoint, query: url.search.slice(1) };
}

/** The token in HTTP Basic: the password, or the user name where there is no password. */
export function basicToken(header: string | undefined): string | undefined {
  const match = /^basic (.+)$/i.exec(header ?? '');
  if (!match) return undefined;
  const [user = '', ...rest] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return rest.join(':') || user;
}

/** Undefined where the request is allowed, else the refusal. */
export function refuseGit(
  request: GitRequest,
  principal: Principal,
): { status: number; text: string } | undefined {
  const { repository } = request;
  const writes = request.service === 'git-receive-pack';
  const absent = { status: 404, text: 'Repository not found.' };
  const anonymous = { status: 401, text: 'Authentication required.' };
  if (principal.kind === 'anonymous') {
    return !repository || repository.private || writes ? anonymous : undefined;
  }
  if (!repository || principal.kind === 'app') return absent;
  if (principal.kind === 'user') {
    const role = roles.indexOf(roleOf(repository, principal.login));
    if (role < roles.indexOf('read')) return absent;
    const name = `${repository.owner}/${repository.name}.git`;
    const text = `Permission to ${name} denied to ${principal.login}.`;
    return writes && role < roles.indexOf('write') ? { status: 403, text } : undefined;
  }
  const granted = principal.repositories.includes(repository.id)
    ? principal.permissions.contents
    : undefined;
  if (!covers(granted, 'read') && repository.private) return absent;
  const text = 'Write access to repository not granted.';
  return writes && !covers(granted, 'write') ? { status: 403, text } : undefined;
}

/**
 * Lets `git http-backend` answer. Resolves when the answer is sent. Its last byte goes out after `followed`: who has pushed
 * finds the pull requests as the push left them.
 */
export function serveGit(
  request: GitRequest & { readonly repository: Repository },
  options: {
    readonly root: string;
    readonly user: string;
    readonly environment: GitEnvironment;
    readonly followed: () => Promise<void>;
  },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const child = spawn(join(options.environment.GIT_EXEC_PATH ?? '', 'git-http-backend'), [], {
    env: { ...options.environment, ...cgiVariables(request, options, incoming) },
    timeout: timeLimitMs,
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  incoming.pipe(child.stdin);
  response.on('close', () => child.kill());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      if (!response.headersSent) response.writeHead(500);
      options
        .followed()
        .finally(() => response.end())
        .then(resolve, reject);
    });
    relayCgi(child.stdout, response);
  });
}

function cgiVariables(
  request: GitRequest & { readonly repository: Repository },
  options: { readonly root: string; readonly user: string },
  incoming: IncomingMessage,
): Record<string, string> {
  const { owner, name } = request.repository;
  return {
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${owner}/${name}.git/${request.endpoint}`,
    QUERY_STRING: request.query,
    REQUEST_METHOD: incoming.method ?? 'GET',
    CONTENT_TYPE: incoming.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: incoming.headers['content-encoding'] ?? '',
    REMOTE_USER: options.user,
    REMOTE_ADDR: '127.0.0.1',
    GIT_PROTOCOL: String(incoming.headers['git-protocol'] ?? ''),
  };
}

/** Turns CGI output into a response: header lines, an empty line, the body. */
function relayCgi(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      if (!response.write(chunk)) {
        output.pause();
        response.once('drain', () => output.resume());
      }
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    let status = 200;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const at = line.indexOf(':');
      const [name, value] = [line.slice(0, at), line.slice(at + 1).trim()];
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
    head = undefined;
  });
}
