import type { IncomingMessage } from 'node:http';
import { DomainError, RequestInvalid } from '../../domain/errors.ts';

/** The body is over the route's limit. */
class RequestTooLarge extends DomainError {}

/** The body as JSON; `undefined` where there is none. Throws `RequestTooLarge`, `RequestInvalid`. */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const tooLarge = () => new RequestTooLarge(`a body may have ${limit} bytes here`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed on refusal: the socket is still needed for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RequestInvalid('the body is not JSON');
  }
}
