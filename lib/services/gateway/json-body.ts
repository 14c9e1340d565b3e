import { RequestInvalid, RequestTooLarge } from '../../domain/errors.ts';

/** The body is over the route's limit, in bytes. */
export function tooLarge(limit: number): RequestTooLarge {
  return new RequestTooLarge(`a body may have ${limit} bytes here`);
}

/** A body as JSON; `undefined` where there is none. Throws `RequestInvalid`. */
export function jsonOf(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch {
    throw new RequestInvalid('the body is not JSON');
  }
}
