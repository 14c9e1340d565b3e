import { ConfigInvalid, DomainError, StorageFailed } from '../domain/errors.ts';

/** The parts of the SDK's error that matter. */
interface ServiceFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Refusals by status 4xx that the same call may outlive. */
const passing = /Throttl|TooMany|SlowDown|LimitExceeded|RequestTimeout|RequestLimit/;

/**
 * The domain's error for what an AWS service did not do after the SDK's own retries: `ConfigInvalid` where
 * it refuses for good (no such key, no permission), else `Passing`. `asked` says what was wanted.
 */
export function serviceError(
  error: unknown,
  asked: string,
  Passing: new (message: string) => DomainError = StorageFailed,
): DomainError {
  if (error instanceof DomainError) return error;
  const { name, message } = error as ServiceFailure;
  // No cause: an SDK's error keeps the answer, and an answer may hold a secret.
  const text = `${asked}: ${name}: ${message.slice(0, 500)}`;
  return refusesForGood(error) ? new ConfigInvalid(text) : new Passing(text);
}

/** True where the service answered, and would answer the same again. */
function refusesForGood(error: unknown): boolean {
  const { name, $metadata } = error as ServiceFailure;
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429 && !passing.test(name);
}
