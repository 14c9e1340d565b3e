import { ConfigInvalid, DeploymentFailed } from '../../lib/domain/errors.ts';
import { pauseText } from '../../lib/domain/pause.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { bringDown, type RemoverOptions } from '../../lib/services/keep-outlet.ts';

/** How a deployment is brought to rest before its stack goes. */
export interface WindDownOptions {
  readonly records: Pick<Ports, 'runs' | 'pauses' | 'clock'>;
  /** Who asks, as the records name them. */
  readonly by: string;
  readonly log: (line: string) => void;
  /** What removes endpoints and proxy; tier `dns` has none. */
  readonly outlet?: RemoverOptions;
}

/** Most that it may take, in milliseconds: removal takes minutes, and whoever was at it before may hold its lease for two. */
const mostMs = 25 * 60_000;
const tellMs = 60_000;

/**
 * Sandboxes and steps that are at work would be cut off, and their issues keep saying that work goes on; what is queued
 * would be lost with the table. Throws `ConfigInvalid`.
 */
export async function requireNoRuns({ runs }: Pick<Ports, 'runs'>): Promise<void> {
  const live = await runs.list({ status: ['queued', 'running', 'ending'] });
  if (live.length === 0) return;
  const ids = live.map(({ id, status }) => `${id} (${status})`).join(', ');
  throw new ConfigInvalid(
    `runs are not over: ${ids}; "entropy --aws pause" stops what is at work within minutes, "entropy --aws cancel RUN" ends what is queued`,
  );
}

/**
 * Throws the kill switch, so that no run begins any more, looks whether one did meanwhile, and removes what costs by the
 * hour and is in no stack. Throws `ConfigInvalid`, and `DeploymentFailed` where that is still there: it would bill on, and
 * nothing would be left that removes it.
 */
export async function windDown({ records, by, log, outlet }: WindDownOptions): Promise<void> {
  const { pauses, clock } = records;
  const reason = 'the deployment is taken down';
  log(pauseText(await pauses.pause({ at: clock.now(), by, reason })));
  await requireNoRuns(records);
  if (outlet === undefined) return;
  log('endpoints and proxy, which cost by the hour, are removed first: it may take some minutes');
  const phase = await bringDown(telling(outlet, log), outlet.clock.now() + mostMs).catch(
    (cause: unknown) => {
      throw leftStanding(`could not be removed: ${(cause as Error).message}`, cause);
    },
  );
  if (phase !== 'absent') throw leftStanding(`are still there after ${mostMs / 60_000} minutes`);
  log('endpoints and proxy are gone');
}

/** Says every minute that it is still at it. */
function telling(outlet: RemoverOptions, log: (line: string) => void): RemoverOptions {
  const { clock, wait } = outlet;
  let told = clock.now();
  return {
    ...outlet,
    wait: async (ms) => {
      if (clock.now() - told >= tellMs) {
        told = clock.now();
        log('endpoints and proxy are being removed');
      }
      await wait(ms);
    },
  };
}

function leftStanding(why: string, cause?: unknown): DeploymentFailed {
  return new DeploymentFailed(
    `endpoints and proxy ${why}. Nothing was taken down, and all work stays paused. Call "entropy destroy" again, or remove the VPC endpoints and the ECS task with the tag entropy-fence and call it then; "entropy --aws resume" lets work go on instead`,
    { cause },
  );
}
