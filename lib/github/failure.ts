import { DomainError, ForgeFailed, ForgeUnavailable } from '../domain/errors.ts';

/** The parts of Octokit's error that matter. */
interface RequestFailure {
  readonly status?: number;
  readonly message: string;
  readonly request?: { readonly method?: string; readonly url?: string };
  readonly response?: { readonly headers?: Record<string, unknown> };
}

/**
 * The one place where errors of the GitHub client become the domain's. `ForgeUnavailable` where the same
 * call may go through later, else `ForgeFailed`; neither holds a secret.
 */
export function failureOf(error: unknown, secret: string): DomainError {
  if (error instanceof DomainError) return error;
  const { status, message, request, response } = error as RequestFailure;
  const said = (secret === '' ? message : message.replaceAll(secret, '[secret]')).slice(0, 500);
  const asked = `${request?.method ?? 'a request'} ${pathOf(request?.url)}`.trim();
  if (response === undefined) {
    return new ForgeUnavailable(`GitHub did not answer ${asked}: ${said}`);
  }
  const text = `GitHub answered ${status} to ${asked}: ${said}`;
  const later = isLimited(status, message, response.headers) || (status ?? 0) >= 500;
  return later ? new ForgeUnavailable(text, { status }) : new ForgeFailed(text, { status });
}

/** True for a `ForgeFailed` with that HTTP status. */
export function hasStatus(error: unknown, status: number): error is ForgeFailed {
  return error instanceof ForgeFailed && error.status === status;
}

function isLimited(
  status: number | undefined,
  message: string,
  headers: Record<string, unknown> | undefined,
): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  if (headers?.['x-ratelimit-remaining'] === '0' || headers?.['retry-after'] !== undefined) {
    return true;
  }
  return /rate limit|abuse/i.test(message);
}

function pathOf(url: string | undefined): string {
  return url === undefined || !URL.canParse(url) ? '' : new URL(url).pathname;
}
