import { claimLeaseMs } from '../../domain/claim.ts';
import { FenceStale } from '../../domain/errors.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';
import type { GatewayPorts } from './gateway-ports.ts';

/** Extends the run's claim. Throws `Cancelled` where the run was asked to stop, or `FenceStale`. */
export async function heartbeat(
  ports: Pick<GatewayPorts, 'clock' | 'claims'>,
  run: Run,
): Promise<{ cancelled: false }> {
  if (run.fence === undefined || run.status !== 'running') {
    throw new FenceStale(`run ${run.id} holds no claim`);
  }
  const now = ports.clock.now();
  await ports.claims.heartbeat({
    key: issueKeyOf(run.repository, run.issue),
    run: run.id,
    fence: run.fence,
    now,
    until: now + claimLeaseMs,
  });
  return { cancelled: false };
}
