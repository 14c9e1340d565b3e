/** A run makes some 75 calls; a second round or a base that moved on takes more. */
const callsOfRun = 100;

/**
 * Whose calls GitHub counts together: an installation's, which is on one account, or a plain token's, whoever owns what it is
 * used on. `owner` is the repository's; GitHub knows no upper case in it.
 */
export function countedAs(owner: string, app: boolean): string {
  return app ? `installation on ${owner.toLowerCase()}` : 'token';
}

/** What GitHub last said is left of an hour's calls, by account as in `countedAs`. */
export interface Allowance {
  /** Takes note of what the headers of an answer say. */
  seen(account: string, headers: Readonly<Record<string, unknown>>): void;
  /**
   * Until when no further run should begin there, in milliseconds since the epoch: what is left then is for the `runs` that
   * may be at work. Undefined where one may, or nothing is known.
   */
  spentUntil(account: string, runs: number): number | undefined;
}

/** Knows nothing at first. `now` is in milliseconds since the epoch. */
export function startAllowance(now: () => number): Allowance {
  const known = new Map<string, { limit: number; left: number; reset: number }>();
  return {
    seen(account, headers) {
      // GraphQL and search have limits of their own.
      if (headers['x-ratelimit-resource'] !== 'core') return;
      const of = (name: string) => Number(headers[`x-ratelimit-${name}`] ?? Number.NaN);
      const [limit, left, reset] = [of('limit'), of('remaining'), of('reset')];
      if ([limit, left, reset].every(Number.isFinite)) known.set(account, { limit, left, reset });
    },
    spentUntil(account, runs) {
      const found = known.get(account);
      if (found === undefined) return undefined;
      // A second more: GitHub's clock and ours may differ.
      const until = found.reset * 1000 + 1000;
      // Half of a small limit is used up in any case.
      const kept = Math.min(callsOfRun * runs, found.limit / 2);
      return found.left < kept && now() < until ? until : undefined;
    },
  };
}
