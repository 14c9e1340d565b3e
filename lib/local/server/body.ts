import type { IncomingMessage } from 'node:http';

/** A body, or the status that it is refused with. */
export type Body = { readonly bytes: Buffer } | { readonly refused: 413 | 503 };

/** Reads bodies into memory: none larger than `maxBytes`, and all together no more than `maxHeld`. */
export function bodyReader({ maxBytes, maxHeld }: { maxBytes: number; maxHeld: number }) {
  let held = 0;
  /** Gives the body to `work`; its memory counts until that is done. */
  return async <T>(request: IncomingMessage, work: (body: Body) => Promise<T>): Promise<T> => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > maxBytes) return work({ refused: 413 });
    let mine = 0;
    const take = (chunk: Buffer): Body | undefined => {
      if (mine + chunk.length > maxBytes) return { refused: 413 };
      if (held + chunk.length > maxHeld) return { refused: 503 };
      mine += chunk.length;
      held += chunk.length;
      return undefined;
    };
    try {
      return await work(await collect(request, take));
    } finally {
      held -= mine;
    }
  };
}

/** What is refused is read on and thrown away, so that the other side gets to the answer. */
function collect(
  request: IncomingMessage,
  take: (chunk: Buffer) => Body | undefined,
): Promise<Body> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined = [];
    request.on('data', (chunk: Buffer) => {
      if (chunks === undefined) return;
      const refused = take(chunk);
      if (refused === undefined) {
        chunks.push(chunk);
        return;
      }
      chunks = undefined;
      resolve(refused);
    });
    request.once('end', () => resolve({ bytes: Buffer.concat(chunks ?? []) }));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new Error('the request broke off'));
    });
  });
}
