import type { ServerResponse } from 'node:http';
import type { Answer } from '../../services/gateway/answer.ts';

/** Writes an answer, or the end of one whose headers are sent already. */
export function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  if (!response.headersSent) {
    response.writeHead(status, {
      'cache-control': 'no-store',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      // The rest of an unread body is not waited for.
      ...(response.req.complete ? {} : { connection: 'close' }),
    });
  }
  response.end(text);
}

/**
 * Answers work that may take long: after `everyMs` without a result a 200 goes out and white space after
 * it, so that no one in between gives up. An error is then `{error, message}` under that 200.
 */
export async function sendPatiently(
  response: ServerResponse,
  everyMs: number,
  work: Promise<Answer>,
): Promise<void> {
  const timer = setInterval(() => {
    if (response.destroyed) return;
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    }
    response.write(' ');
  }, everyMs);
  try {
    send(response, await work);
  } finally {
    clearInterval(timer);
  }
}
