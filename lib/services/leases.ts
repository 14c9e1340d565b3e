import { claimLeaseMs } from '../domain/claim.ts';
import { FenceStale } from '../domain/errors.ts';
import { slotLeaseMs, slotPool, stageStartMs } from '../domain/lease.ts';
import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';

type LeasePorts = Pick<Ports, 'clock' | 'claims' | 'slots'>;

/**
 * Extends what a run holds by those who work at it: its claim, and the slot where it has one. Throws `Cancelled`,
 * `FenceStale`.
 */
export function renewLeases(ports: LeasePorts, run: Run): Promise<void> {
  // No slot is free for a new holder at capacity 0: one that was given back is not taken again.
  return renew(ports, run, 0, 0);
}

/**
 * The same up to a sandbox's first heartbeat, which comes after it was started. A slot that lapsed meanwhile is taken
 * again, whatever was given to others by now: a run that was begun goes on. Throws `Cancelled`, `FenceStale`.
 */
export function holdForStart(ports: LeasePorts, run: Run): Promise<void> {
  return renew(ports, run, stageStartMs, Number.MAX_SAFE_INTEGER);
}

async function renew(ports: LeasePorts, run: Run, waitMs: number, capacity: number): Promise<void> {
  const { id, fence } = run;
  if (fence === undefined) throw new FenceStale(`run ${id} holds no claim`);
  const now = ports.clock.now();
  const key = issueKeyOf(run.repository, run.issue);
  // The claim first: whose run is over, or another's, gets no slot.
  await ports.claims.heartbeat({ key, run: id, fence, now, until: now + waitMs + claimLeaseMs });
  await ports.slots.take(slotPool, id, now, now + waitMs + slotLeaseMs, capacity);
}
