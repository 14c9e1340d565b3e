import { ApiError } from './errors.ts';
import type { Principal } from './principal.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const mostCallers = 10_000;

/** Limits of calls, for each installation, person, or all who give no name. */
export interface CallLimits {
  /** Calls an hour, GitHub's primary limit: 5000 unless set, and 60 without a name. */
  readonly hour?: number;
  /** Writes a minute, one of GitHub's secondary limits: none unless set. */
  readonly writesAMinute?: number;
  /** What a call over a limit is answered with: GitHub gives either. 403 unless set. */
  readonly status?: 403 | 429;
}

/** One call to be counted. */
interface Counted {
  readonly principal: Principal;
  readonly resource: 'core' | 'graphql';
  readonly writes: boolean;
}

/** What a call is told of its limits. */
interface Taken {
  readonly headers: Readonly<Record<string, string>>;
  /** Set where the call is over a limit and must not be done. */
  readonly refusal: ApiError | undefined;
  /** Takes the call off the count again: one that found nothing new costs nothing. */
  giveBack(): void;
}

/** Counts calls as GitHub does: all tokens of one installation or person together, by the clock's hour. */
export interface Limits {
  set(limits: CallLimits): void;
  take(call: Counted): Taken;
}

/** Limits on a clock in milliseconds since the epoch. */
export function createLimits(now: () => number): Limits {
  const used = new Map<string, number>();
  let limits: CallLimits = {};
  const count = (key: string, by: number) => {
    if (used.size > mostCallers) used.clear();
    const total = (used.get(key) ?? 0) + by;
    used.set(key, total);
    return total;
  };
  return {
    set: (wanted) => {
      limits = wanted;
      used.clear();
    },
    take({ principal, resource, writes }) {
      const hour = Math.floor(now() / hourMs);
      const key = `${hour}:${resource}:${nameOf(principal)}`;
      const most = limits.hour ?? (principal.kind === 'anonymous' ? 60 : 5000);
      const total = count(key, 1);
      const headers = {
        'X-RateLimit-Limit': String(most),
        'X-RateLimit-Remaining': String(Math.max(0, most - total)),
        'X-RateLimit-Used': String(Math.min(total, most)),
        'X-RateLimit-Reset': String((hour + 1) * (hourMs / 1000)),
        'X-RateLimit-Resource': resource,
      };
      const giveBack = () => void count(key, -1);
      const { status = 403, writesAMinute } = limits;
      if (total > most) return { headers, giveBack, refusal: overPrimary(status, principal) };
      const minute = Math.floor(now() / minuteMs);
      const over =
        writes &&
        writesAMinute !== undefined &&
        count(`${minute}:writes:${nameOf(principal)}`, 1) > writesAMinute;
      if (!over) return { headers, giveBack, refusal: undefined };
      const wait = Math.ceil(((minute + 1) * minuteMs - now()) / 1000);
      const refusal = new ApiError(status, secondary);
      return { headers: { ...headers, 'Retry-After': String(wait) }, giveBack, refusal };
    },
  };
}

const secondary =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

function overPrimary(status: number, principal: Principal): ApiError {
  return new ApiError(status, `API rate limit exceeded for ${nameOf(principal)}.`);
}

/** Whose calls are counted together. */
function nameOf(principal: Principal): string {
  if (principal.kind === 'installation') return `installation ID ${principal.installation}`;
  if (principal.kind === 'user') return `user ${principal.login}`;
  return principal.kind === 'app' ? 'the App' : '127.0.0.1';
}
