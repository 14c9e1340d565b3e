import type { Readable } from 'node:stream';
import { DomainError } from '../../domain/errors.ts';

/** What a route gives back; `body` is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** An answer over HTTP. The body is to be read to its end, or destroyed. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
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
  TooManyCalls: 429,
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
