import { claimLeaseMs } from '../../domain/claim.ts';
import { FenceStale } from '../../domain/errors.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';
import { refuseWhilePaused } from '../paused.ts';
import type { GatewayPorts } from './gateway-ports.ts';

/** Extends the run's claim. Throws `Cancelled` where the run or all work was stopped, or `FenceStale`. */
export async function heartbeat(
  ports: Pick<GatewayPorts, 'clock' | 'claims' | 'pauses'>,
  run: Run,
): Promise<{ cancelled: false }> {
  if (run.fence === undefined || run.status !== 'running') {
    throw new FenceStale(`run ${run.id} holds no claim`);
  }
  await refuseWhilePaused(ports);
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
