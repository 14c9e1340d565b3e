/** A request for a run's repository that is not to be answered; `status` is HTTP's. */
export class GitRefused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What git's smart HTTP is asked for: what there is, or a pack of it. */
export type GitService = 'refs' | 'pack';

/** True for the paths of git's smart HTTP, which a session reaches below `/git`. */
export function isGitPath(path: string): boolean {
  return /^\/git\/(?:info\/refs|git-upload-pack|git-receive-pack)$/.test(path);
}

/** The service that is asked for; only reading is served. Throws `GitRefused`. */
export function gitServiceOf(request: {
  readonly method: string | undefined;
  /** With its query. */
  readonly path: string | undefined;
  readonly contentType: string | undefined;
}): GitService {
  const url = new URL(request.path ?? '/', 'http://localhost');
  if (url.pathname.endsWith('/info/refs')) {
    if (request.method !== 'GET') throw new GitRefused(405, 'only GET');
    if (url.searchParams.get('service') === 'git-upload-pack') return 'refs';
    throw new GitRefused(403, 'this repository is for reading, over smart HTTP only');
  }
  if (url.pathname.endsWith('/git-upload-pack')) {
    if (request.method !== 'POST') throw new GitRefused(405, 'only POST');
    if (request.contentType === 'application/x-git-upload-pack-request') return 'pack';
    throw new GitRefused(415, 'not a git-upload-pack request');
  }
  const writes = url.pathname.endsWith('/git-receive-pack');
  if (writes) throw new GitRefused(403, 'this repository is for reading');
  throw new GitRefused(404, 'not found');
}

/** Headers of an answer that holds what there is (`advertisement`), or a pack (`result`). */
export function gitHeaders(kind: 'advertisement' | 'result'): Record<string, string> {
  return {
    'content-type': `application/x-git-upload-pack-${kind}`,
    'cache-control': 'no-cache',
  };
}
