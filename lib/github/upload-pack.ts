import { Readable } from 'node:stream';
import { ForgeUnavailable } from '../domain/errors.ts';
import type { GitHubAccess } from './access.ts';
import { failureOf } from './failure.ts';
import { type Patience, pauseBefore, startPatience } from './patience.ts';
import { type GitRemote, gitRemoteOf } from './remote.ts';

/** How long GitHub is waited for. */
interface UploadPackOptions {
  /** Milliseconds until a pack must be whole; 10 minutes unless given. */
  readonly timeoutMs?: number;
  /** How long it waits between tries, and how; a minute in all unless given. */
  readonly patience?: () => Patience;
}

const result = 'application/x-git-upload-pack-result';

/**
 * Has GitHub answer requests for packs, which are taken as they are, with a token that may read one
 * repository. The token ends before the stream does. A request that GitHub did not answer is made again, with
 * a token of its own. Throws `ForgeFailed` and `ForgeUnavailable`; so does a stream that breaks off.
 */
export function gitHubUploadPack(access: GitHubAccess, options: UploadPackOptions = {}) {
  const { timeoutMs = 600_000, patience: start = startPatience } = options;
  return async (
    repository: string,
    request: Uint8Array,
    hangUp: AbortSignal,
  ): Promise<Readable> => {
    const patience = start();
    const signal = AbortSignal.any([hangUp, AbortSignal.timeout(timeoutMs)]);
    for (let tries = 1; ; tries += 1) {
      const remote = await gitRemoteOf(access, repository);
      try {
        return streamOf(await answered(remote, request, signal), remote);
      } catch (error) {
        await remote.release();
        // What was minted a moment ago is not known everywhere at once.
        const pause = (error as Failed).status === 401 && tries === 1 ? 0 : pauseOf(error, tries);
        if (signal.aborted || pause === undefined || !(await patience.wait(pause))) {
          throw failureOf(error, remote.authorization);
        }
      }
    }
  };
}

/** A read, though by POST. */
function pauseOf(error: unknown, tries: number): number | undefined {
  return pauseBefore(error as Failed, { method: 'GET', tries, now: Date.now() });
}

/** What `failureOf` and `pauseBefore` read of a call that failed; without an answer there is no `response`. */
interface Failed {
  readonly status?: number;
  readonly message: string;
  readonly request: { readonly method: string; readonly url: string };
  readonly response?: { readonly headers: Record<string, string> };
}

async function answered(
  { url, authorization }: GitRemote,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const request = { method: 'POST', url: `${url}/git-upload-pack` };
  const headers = {
    authorization,
    'content-type': 'application/x-git-upload-pack-request',
    accept: result,
    'accept-encoding': 'identity',
    // GitHub serves git to what calls itself git.
    'user-agent': 'git/entropy-playground',
  };
  const asked = { method: 'POST', headers, body: new Uint8Array(body), signal };
  let response: Response;
  try {
    // A redirect would turn the request into another one.
    response = await fetch(request.url, { ...asked, redirect: 'manual' });
  } catch (error) {
    const { message, cause } = error as Error;
    throw { request, message: cause instanceof Error ? cause.message : message } satisfies Failed;
  }
  const { status, body: stream } = response;
  if (status === 200 && response.headers.get('content-type') === result && stream !== null) {
    return stream;
  }
  await stream?.cancel();
  const message = status === 200 ? 'no answer of git' : response.statusText;
  const given = { headers: Object.fromEntries(response.headers) };
  throw { status, request, message, response: given } satisfies Failed;
}

/** The stream as it comes in. Where it is done or let go of, the token ends first. */
function streamOf(stream: ReadableStream<Uint8Array>, { release }: GitRemote): Readable {
  const reader = stream.getReader();
  let released: Promise<void> | undefined;
  const end = () => {
    released ??= release();
    return released;
  };
  return new Readable({
    read() {
      const next = async () => {
        const { done, value } = await reader.read();
        if (done) await end();
        this.push(done ? null : value);
      };
      next().catch(() => this.destroy(new ForgeUnavailable('the answer of GitHub broke off')));
    },
    destroy(error, callback) {
      const gone = reader.cancel().catch(() => undefined);
      Promise.all([gone, end()]).then(() => callback(error));
    },
  });
}
