import { ModelFailed } from '../domain/errors.ts';
import { redact } from '../domain/redact.ts';

/** What a provider's error is told with. Secrets are only used to keep them out of the text. */
export interface Account {
  /** `Anthropic` or `the server at <origin>`. */
  readonly provider: string;
  /** The setting that holds the key. */
  readonly keySetting: string;
  readonly secrets: readonly string[];
}

/**
 * Turns an SDK's error into `ModelFailed`: what happened, and which setting to look at. `began`: the reply had begun
 * for sure.
 */
export function modelFailed(
  error: unknown,
  account: Account,
  aborted: boolean,
  began = false,
): ModelFailed {
  if (error instanceof ModelFailed) return error;
  const said = redact(saidBy(error), account.secrets).value.slice(0, 500);
  if (aborted) return new ModelFailed('the model call was given up before its reply was complete');
  const status = statusOf(error);
  if (status !== undefined) {
    const retryAfter = retryAfterOf(error);
    return new ModelFailed(refusal(status, said, account), {
      used: false,
      unavailable: notToBeHad.includes(status) || status >= 500,
      refusal: { status, said, ...(retryAfter === undefined ? {} : { retryAfter }) },
    });
  }
  const used = began || startedOf(error);
  return new ModelFailed(`${account.provider} gave no complete reply (${said})`, {
    used,
    unavailable: (used || isUnanswered(error)) && !isOfRequestOrKey(error),
  });
}

/**
 * Refusals, after retries, that say nothing of the request or of the operator's key, but that the model can't be had:
 * unknown there, too slow, busy with another request, over its rate.
 */
const notToBeHad: readonly number[] = [404, 408, 409, 429];

/** Both SDKs' errors have a status; that of a request that was never answered is undefined. */
function isUnanswered(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === undefined;
}

/** An endless answer is the request's own, and a role of AWS that is not found is the operator's to mend. */
function isOfRequestOrKey(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.name === 'AnswerTooLarge' || at.name === 'CredentialsProviderError') return true;
  }
  return false;
}

function refusal(status: number, said: string, { provider, keySetting }: Account): string {
  if (status === 401 || status === 403) {
    return `${provider} refused the key (HTTP ${status}): check ${keySetting}, and --base-url if you set one`;
  }
  if (status === 402) return `${provider} asks for payment (HTTP 402): ${said}`;
  if (status === 404) {
    return `${provider} knows no such model or address (HTTP 404): check --model and --base-url. It said: ${said}`;
  }
  if (status === 429) return `${provider} limits the rate of this key, also after retries: ${said}`;
  if (status >= 500) return `${provider} failed, also after retries (HTTP ${status}): ${said}`;
  return `${provider} refused the request (HTTP ${status}): ${said}`;
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}

function retryAfterOf(error: unknown): string | undefined {
  const headers = (error as { headers?: unknown } | null)?.headers;
  return headers instanceof Headers ? (headers.get('retry-after') ?? undefined) : undefined;
}

/** A connection that was never made has used nothing; a reply that broke off may have. */
function startedOf(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === 'StreamFault';
}

function saidBy(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Object && parts.length < 3; ) {
    const { message, cause } = at as { message?: unknown; cause?: unknown };
    if (typeof message === 'string' && message !== '') parts.push(message);
    at = cause;
  }
  return parts.join(': ') || String(error);
}
