import { ModelFailed } from '../../../domain/errors.ts';
import { errorAnswer } from '../answer.ts';

/** An error as a client of a provider's protocol is told it. */
export interface WireError {
  readonly status: number;
  /** The domain's name. */
  readonly name: string;
  readonly message: string;
}

/** Refusals for what is wrong with the operator's account. No other request fares better. */
const ofAccount: readonly number[] = [401, 402, 403];

/** How the provider refused the request itself, which its client may mend, or repeat later. */
export function refusalOf(error: unknown): ModelFailed['refusal'] {
  const refusal = error instanceof ModelFailed ? error.refusal : undefined;
  return refusal === undefined || ofAccount.includes(refusal.status) ? undefined : refusal;
}

/** Any error as its client is told it: the provider's own words where they are about the request. */
export function wireErrorOf(error: unknown, log: (line: string) => void): WireError {
  const { status, body } = errorAnswer(error, log);
  const { error: name, message } = body as { error: string; message: string };
  const refusal = refusalOf(error);
  return refusal === undefined
    ? { status, name, message }
    : { status: refusal.status, name, message: refusal.said };
}
