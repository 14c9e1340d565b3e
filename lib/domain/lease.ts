/**
 * A lease that has a name and an end, in milliseconds since the epoch. Live while `until` >= now, by the clock
 * of who asks; clocks may differ (`clockSkewMs`), so a holder renews it that much before its end, or who would
 * take it over leaves it alone that much longer (`takeoverTime`). A renewal that arrives late shortens nothing.
 */
export interface Lease {
  readonly holder: string;
  readonly until: number;
}

/**
 * The `now` by which another's lease is looked at that is to be taken over once it has lapsed. `skewMs` is how
 * far the clocks of those who share the store may differ: 0 on one machine, `clockSkewMs` across machines.
 */
export function takeoverTime(now: number, skewMs: number): number {
  return now - skewMs;
}

/** The leases that still count at `now`. */
export function liveLeases(leases: readonly Lease[], now: number): readonly Lease[] {
  return leases.filter((lease) => lease.until >= now);
}

/** Whether `holder` may take (or renew) a lease where at most `capacity` live ones may stand. */
export function mayTakeLease(
  leases: readonly Lease[],
  request: { readonly holder: string; readonly now: number; readonly capacity: number },
): boolean {
  const others = liveLeases(leases, request.now).filter((lease) => lease.holder !== request.holder);
  const renewed = liveLeases(leases, request.now).length > others.length;
  return renewed || others.length < request.capacity;
}

/**
 * The leases that stand once `holder` has taken or renewed its own; ended ones are gone. Undefined where it
 * may not have one.
 */
export function takeLease(
  leases: readonly Lease[],
  request: { readonly now: number; readonly capacity: number } & Lease,
): readonly Lease[] | undefined {
  if (!mayTakeLease(leases, request)) return undefined;
  const { holder } = request;
  const live = liveLeases(leases, request.now);
  const own = live.find((lease) => lease.holder === holder)?.until ?? request.until;
  const until = Math.max(own, request.until);
  return [...live.filter((lease) => lease.holder !== holder), { holder, until }];
}

/**
 * Capacity slots are leased this long, in milliseconds, and renewed by whoever walks the run: so long does a
 * process that was killed keep others waiting.
 */
export const slotLeaseMs = 2 * 60_000;
/**
 * So long after a stage was opened may its sandbox come up, in milliseconds: the boot code is good up to then, and claim
 * and slot outlast it, since nobody renews them before the sandbox's first heartbeat. They are not cut short again when
 * it has begun: a call that was long on its way must shorten nothing.
 */
export const stageStartMs = 5 * 60_000;
/** The one pool of slots; its capacity is the operator's. */
export const slotPool = 'runs';
