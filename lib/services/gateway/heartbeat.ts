import { claimLeaseMs, heartbeatClaim } from '../../domain/claim.ts';
import { FenceStale } from '../../domain/errors.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';
import { renewLeases } from '../leases.ts';
import { refuseWhilePaused } from '../paused.ts';
import type { GatewayPorts } from './gateway-ports.ts';

/** A lease that is so much shorter than a whole one, in milliseconds, is not yet extended. */
const slackMs = claimLeaseMs / 8;

/** Extends the run's claim and its slot. Throws `Cancelled` where the run or all work was stopped, or `FenceStale`. */
export async function heartbeat(
  ports: Pick<GatewayPorts, 'clock' | 'claims' | 'pauses' | 'slots'>,
  run: Run,
): Promise<{ cancelled: false }> {
  if (run.fence === undefined || run.status !== 'running') {
    throw new FenceStale(`run ${run.id} holds no claim`);
  }
  await refuseWhilePaused(ports);
  const now = ports.clock.now();
  const key = issueKeyOf(run.repository, run.issue);
  const request = { key, run: run.id, fence: run.fence, now, until: now };
  // Model calls come by the second: most find the lease long, and need not wait for the disk.
  const found = await ports.claims.get(key);
  const { leaseUntil = now } = heartbeatClaim(found, request);
  if (leaseUntil - now < claimLeaseMs - slackMs) await renewLeases(ports, run);
  return { cancelled: false };
}
