import { randomBytes } from 'node:crypto';
import { claimLeaseMs } from '../../domain/claim.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { refuseWhilePaused } from '../paused.ts';
import { tellStage } from '../publisher/tell-progress.ts';
import { runOf } from './run-facts.ts';

/** A boot code is worth nothing after this. */
const bootCodeMs = 120_000;
/** The gateway outlives the sandbox's own deadline by this, so that a last result is still taken. */
const graceMs = 30_000;

/** What the sandbox's container is started with, in ECS's shape. */
export interface OpenedStage {
  readonly attempt: number;
  readonly environment: readonly { readonly Name: string; readonly Value: string }[];
}

/**
 * Opens the next attempt of a stage and revokes earlier ones. The boot code is single-use, good for two
 * minutes, and stored as a hash; as in a container's overrides it stands in the lifecycle's state, where it
 * is worth nothing once it is used. Throws `Cancelled` or `FenceStale`.
 */
export async function openStage(
  ports: Ports,
  { run: id, role, round }: { run: string; role: RoleName; round: number },
): Promise<OpenedStage> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  const at = ports.clock.now();
  const key = issueKeyOf(run.repository, run.issue);
  const fence = run.fence ?? 0;
  await ports.claims.heartbeat({ key, run: id, fence, now: at, until: at + claimLeaseMs });
  await tellStage(ports, run, { role, round });
  const bootCode = `entropy_boot_${randomBytes(24).toString('base64url')}`;
  const stage = await ports.stages.open(
    { run: id, role, round },
    {
      hash: sha256(bootCode),
      at,
      expires: at + bootCodeMs,
      deadline: at + ports.limitsOf(role).wallMs + graceMs,
    },
    [
      {
        kind: 'stage.opened',
        actor: 'lifecycle',
        standing: 'observed',
        at,
        fence,
        data: { role, round },
      },
    ],
  );
  const environment = Object.entries({
    ENTROPY_RUN: id,
    ENTROPY_ROLE: role,
    ENTROPY_ROUND: String(round),
    ENTROPY_ATTEMPT: String(stage.attempt),
    ENTROPY_BOOT_CODE: bootCode,
  }).map(([Name, Value]) => ({ Name, Value }));
  return { attempt: stage.attempt, environment };
}
