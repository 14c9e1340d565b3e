import { randomBytes } from 'node:crypto';
import { EgressUnavailable } from '../../domain/errors.ts';
import { stageStartMs } from '../../domain/lease.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import type { RoleName } from '../../domain/stage.ts';
import { holdForStart } from '../leases.ts';
import { refuseWhilePaused } from '../paused.ts';
import { tellStage } from '../publisher/tell-progress.ts';
import { runOf } from './run-facts.ts';

/** The gateway outlives the sandbox's own deadline by this, so that a last result is still taken. */
const graceMs = 30_000;

/** What the sandbox's container is started with, in ECS's shape. */
export interface OpenedStage {
  readonly attempt: number;
  readonly environment: readonly { readonly Name: string; readonly Value: string }[];
}

/**
 * Opens the next attempt of a stage and revokes earlier ones, and has the run keep claim and slot until its sandbox is
 * up. The boot code is single-use, good for as long as that may take, and stored as a hash; as in a container's overrides it stands in the lifecycle's state, where it
 * is worth nothing once it is used. Throws `Cancelled`, `FenceStale`, and `EgressUnavailable` where its sandbox could reach
 * nothing: nothing is opened then, and the same call may go through later.
 */
export async function openStage(
  ports: Ports,
  { run: id, role, round }: { run: string; role: RoleName; round: number },
): Promise<OpenedStage> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  const at = ports.clock.now();
  const { fence } = run;
  await holdForStart(ports, run);
  const proxy = await proxyOf(ports);
  await tellStage(ports, run, { role, round });
  const bootCode = `entropy_boot_${randomBytes(24).toString('base64url')}`;
  const stage = await ports.stages.open(
    { run: id, role, round },
    {
      hash: sha256(bootCode),
      at,
      expires: at + stageStartMs,
      // What the start took is not taken off the stage's own time, which the sandbox counts.
      deadline: at + stageStartMs + ports.limitsOf(role).wallMs + graceMs,
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
    ...(proxy === undefined ? {} : { ENTROPY_PROXY: proxy }),
    ENTROPY_RUN: id,
    ENTROPY_ROLE: role,
    ENTROPY_ROUND: String(round),
    ENTROPY_ATTEMPT: String(stage.attempt),
    ENTROPY_BOOT_CODE: bootCode,
  }).map(([Name, Value]) => ({ Name, Value }));
  return { attempt: stage.attempt, environment };
}

/** Undefined where sandboxes have a way of their own. */
async function proxyOf({ proxyAddress }: Pick<Ports, 'proxyAddress'>): Promise<string | undefined> {
  if (proxyAddress === undefined) return undefined;
  const address = await proxyAddress();
  if (address !== undefined) return address;
  throw new EgressUnavailable(
    'sandboxes have no way out: their proxy is not known to be there; the sweep looks again, and makes it where it is gone',
  );
}
