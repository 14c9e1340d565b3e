import { DomainError, StorageFailed } from '../../domain/errors.ts';

/** The parts of the SDK's error that matter. */
interface TableFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The domain's error for what DynamoDB did not do, after the SDK's own retries; `asked` says what was
 * wanted of it. It is `StorageFailed` whatever the reason: who calls can only come again later.
 */
export function tableError(error: unknown, asked: string): DomainError {
  if (error instanceof DomainError) return error;
  const { name, message } = error as TableFailure;
  // No cause: the SDK's error keeps the request and the answer.
  return new StorageFailed(`${asked}: ${name}: ${message.slice(0, 500)}`);
}

/** No answer, or one that says nothing about whether the write was done. */
export function mayHaveBeenDone(error: unknown): boolean {
  const { name, $metadata } = error as TableFailure;
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500 || name === 'TransactionInProgressException';
}
