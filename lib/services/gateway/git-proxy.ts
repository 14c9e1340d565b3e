import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DomainError, ForgeUnavailable } from '../../domain/errors.ts';
import type { Run } from '../../domain/run.ts';
import type { HttpAnswer } from './answer.ts';
import { GitRefused, gitHeaders, gitServiceOf } from './git-request.ts';
import { advertisementOf, checkedUpload } from './upload-request.ts';

/** A request of git over HTTP, its body there already. */
export interface GitRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/**
 * Has a checked request answered where the repository is, with an authority that ends with the stream. Throws
 * `ForgeFailed`, and `ForgeUnavailable` where a later try may go through.
 */
type UploadPack = (
  repository: string,
  request: Uint8Array,
  hangUp: AbortSignal,
) => Promise<Readable>;

/** What the proxy stands on. */
export interface GitProxyOptions {
  readonly uploadPack: UploadPack;
  /** Bytes of a request's body once it is unpacked; 10 MB unless given. */
  readonly bodyLimit?: number;
  readonly log?: (line: string) => void;
}

/**
 * Git's smart HTTP for a place without git: shows a run `refs/entropy/<run>/base` at the commit it is pinned
 * to and nothing else, in protocol version 0 whatever is asked for, and fetches packs of it from where the
 * repository is. The caller has checked who asks. Faults become answers; it never throws.
 */
export function gitProxy(options: GitProxyOptions) {
  const { uploadPack, bodyLimit = 10_000_000, log = () => {} } = options;
  return async (
    run: Pick<Run, 'id' | 'repository'> & { readonly commit: string },
    request: GitRequest,
    hangUp: AbortSignal,
  ): Promise<HttpAnswer> => {
    try {
      if (serviceOf(request) === 'refs') {
        const bytes = advertisementOf(`refs/entropy/${run.id}/base`, run.commit);
        return answer(200, gitHeaders('advertisement'), bytes);
      }
      const wanted = checkedUpload(await bodyOf(request, bodyLimit), run.commit);
      const headers = gitHeaders('result');
      // A client tries with an empty request whether it will be let in before it sends a large one.
      if (wanted === undefined) return answer(200, headers, Buffer.alloc(0));
      return { status: 200, headers, body: await uploadPack(run.repository.name, wanted, hangUp) };
    } catch (error) {
      if (error instanceof GitRefused) return refusal(error.status, error.message);
      log(`git proxy: ${error instanceof Error ? error.message : String(error)}`);
      if (error instanceof ForgeUnavailable) return refusal(503, 'GitHub gives no answer');
      if (error instanceof DomainError) return refusal(502, 'GitHub refuses to answer');
      return refusal(500, 'git could not answer');
    }
  };
}

function serviceOf({ method, path, headers }: GitRequest) {
  return gitServiceOf({ method, path, contentType: headers['content-type'] });
}

async function bodyOf({ headers, body }: GitRequest, limit: number): Promise<Buffer> {
  const encoding = headers['content-encoding'];
  const tooLarge = () => new GitRefused(413, `a request may have ${limit} bytes`);
  if (encoding !== undefined && encoding !== 'gzip')
    throw new GitRefused(415, 'only gzip is known');
  if (body.length > limit) throw tooLarge();
  if (encoding === undefined) return Buffer.from(body);
  try {
    return await promisify(gunzip)(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new GitRefused(400, 'the body could not be read');
  }
}

function answer(status: number, headers: HttpAnswer['headers'], bytes: Buffer): HttpAnswer {
  return { status, headers, body: Readable.from([bytes], { objectMode: false }) };
}

function refusal(status: number, message: string): HttpAnswer {
  return answer(status, { 'content-type': 'text/plain' }, Buffer.from(`${message}\n`));
}
