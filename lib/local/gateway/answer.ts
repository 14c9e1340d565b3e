import type { ServerResponse } from 'node:http';
import { DomainError } from '../../domain/errors.ts';

/** What a route gives back. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** Nothing to say. */
export const noContent: Answer = { status: 204 };

const statuses: Record<string, number> = {
  RequestInvalid: 400,
  SessionRefused: 401,
  BudgetExceeded: 402,
  ScopeRefused: 403,
  NotFound: 404,
  Cancelled: 409,
  FenceStale: 409,
  RequestTooLarge: 413,
  HandoffInvalid: 422,
  AgentStuck: 429,
  ModelFailed: 502,
  ConfigInvalid: 502,
};

/** An error as an answer. What is not the domain's is told to the log, not to the sandbox. */
export function errorAnswer(error: unknown, log: (line: string) => void): Answer {
  if (!(error instanceof DomainError)) {
    log(`gateway: ${error instanceof Error ? error.message : String(error)}`);
    return { status: 500, body: { error: 'StageLost', message: 'the gateway failed' } };
  }
  const status = statuses[error.name] ?? 500;
  // Why a session is refused is nobody's business who has none.
  const message = status === 401 ? 'no live session' : error.message;
  return { status, body: { error: error.name, message } };
}

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
