import { Cancelled, ClaimHeld, FenceStale } from './errors.ts';

/** The exclusive lease on an issue. Never deleted: the fence must only rise. Times in milliseconds. */
export interface Claim {
  readonly key: string;
  /** Run id of the owner; undefined when free. */
  readonly owner?: string;
  readonly fence: number;
  readonly leaseUntil?: number;
  /** Set when the owner was asked to stop; the next heartbeat fails. */
  readonly cancelAt?: number;
}

/** What a claim is asked for. `until` is now plus the lease's length. */
export interface ClaimRequest {
  readonly key: string;
  readonly run: string;
  readonly now: number;
  readonly until: number;
}

/** Clocks of two writers may differ by this much, so an expired lease is left alone a little longer. */
export const clockSkewMs = 10_000;
export const claimLeaseMs = 120_000;

/** Free, expired or already mine gives the claim to `run`; the fence rises at each new owner. */
export function acquireClaim(found: Claim | undefined, request: ClaimRequest): Claim {
  const { key, run, now, until } = request;
  if (found?.owner === run) return extended(found, until);
  const lapsed = found?.leaseUntil !== undefined && found.leaseUntil < now - clockSkewMs;
  if (found?.owner !== undefined && !lapsed) throw new ClaimHeld(found.owner);
  return { key, owner: run, fence: (found?.fence ?? 0) + 1, leaseUntil: until };
}

/** Extends the lease of the present owner. Throws `FenceStale` or `Cancelled`. */
export function heartbeatClaim(
  found: Claim | undefined,
  request: ClaimRequest & { readonly fence: number },
): Claim {
  if (found === undefined || found.owner !== request.run || found.fence !== request.fence) {
    throw new FenceStale(`run ${request.run} no longer holds ${request.key}`);
  }
  if (found.cancelAt !== undefined) throw new Cancelled(`run ${request.run} was asked to stop`);
  return extended(found, request.until);
}

/** A call that was long on its way takes back nothing of what another process of the run was told. */
function extended(found: Claim, until: number): Claim {
  return { ...found, leaseUntil: Math.max(found.leaseUntil ?? until, until) };
}

/** Asks the owner to stop; asked again, the first time stands. */
export function cancelClaim(found: Claim, at: number): Claim {
  return found.cancelAt === undefined ? { ...found, cancelAt: at } : found;
}

/** Frees the claim if `run` still owns it under `fence`; else leaves it. */
export function releaseClaim(found: Claim, run: string, fence: number): Claim {
  if (found.owner !== run || found.fence !== fence) return found;
  return { key: found.key, fence: found.fence };
}
