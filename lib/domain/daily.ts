import type { Policy } from './policy.ts';

/** A run that was let in on a day. */
export interface DayEntry {
  readonly run: string;
  /** US dollars: what it has spent where it is over, else the most that it may spend. */
  readonly dollars: number;
}

/** A run that asks to be let in. */
export interface DayRequest {
  readonly run: string;
  /** The most that it may spend, in US dollars. */
  readonly dollars: number;
  readonly caps: Policy['daily'];
}

/** Whether a run may begin on that day, and the dollars it may spend of what the day leaves. */
export type Admission =
  | { readonly admitted: true; readonly dollars: number }
  | { readonly admitted: false; readonly reason: string };

/** Less than this is no use to a run. */
const leastDollars = 0.01;

/** The UTC day of a time, `2026-01-31`. `now` is in milliseconds since the epoch. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/**
 * Holds a repository's caps against what the day has seen. A run that goes on counts with all it may spend,
 * so runs that begin at the same time can't break the cap together.
 */
export function admitToday(entries: readonly DayEntry[], request: DayRequest): Admission {
  const { caps } = request;
  if (caps.runs !== undefined && entries.length >= caps.runs) {
    return refused(`daily.runs is ${caps.runs}, and as many runs have begun today`);
  }
  if (caps.usd === undefined) return { admitted: true, dollars: request.dollars };
  const left = caps.usd - entries.reduce((sum, entry) => sum + entry.dollars, 0);
  if (left < leastDollars) {
    const taken = (caps.usd - left).toFixed(2);
    return refused(`daily.usd is $${caps.usd.toFixed(2)}, and today's runs may take $${taken}`);
  }
  return { admitted: true, dollars: Math.min(left, request.dollars) };
}

function refused(why: string): Admission {
  return { admitted: false, reason: `${why} (UTC). Start it again tomorrow, or raise the cap` };
}
