import { setTimeout as sleep } from 'node:timers/promises';

/** What a client may wait in all; times in milliseconds. */
export interface Patience {
  now(): number;
  /** Waits, or is false at once where that would be more than is left. */
  wait(ms: number): Promise<boolean>;
}

/** Patience for one piece of work: a minute in all, unless given. */
export function startPatience(ms = 60_000): Patience {
  let left = ms;
  return {
    now: () => Date.now(),
    async wait(pause) {
      if (pause > left) return false;
      left -= pause;
      await sleep(pause);
      return true;
    },
  };
}

/** What of a failed call tells whether it may be made again. */
interface FailedCall {
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

/** How often a read is tried where GitHub fails. */
const readTries = 3;
const readPauseMs = 500;

/**
 * Milliseconds before the same call may be made again, or undefined where it must not be: GitHub took it, or
 * says no. A call over a limit was not done, and GitHub says when to come again.
 */
export function pauseBefore(
  error: unknown,
  call: { readonly method: string; readonly tries: number; readonly now: number },
): number | undefined {
  const { status, response } = error as FailedCall;
  if (status === 403 || status === 429) return limitPause(response?.headers ?? {}, call.now);
  const passing = status === undefined || status >= 500 || (status >= 200 && status < 300);
  const again = call.method === 'GET' && passing && call.tries < readTries;
  return again ? readPauseMs * call.tries : undefined;
}

function limitPause(headers: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const after = secondsIn(headers['retry-after']);
  if (after !== undefined) return after * 1000;
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined;
  const reset = secondsIn(headers['x-ratelimit-reset']);
  // A second more: GitHub's clock and ours may differ.
  return reset === undefined ? undefined : Math.max(0, reset * 1000 - now) + 1000;
}

function secondsIn(header: unknown): number | undefined {
  return /^\d{1,12}$/.test(String(header)) ? Number(header) : undefined;
}
