import { randomUUID } from 'node:crypto';
import { clockSkewMs } from '../../domain/claim.ts';
import { RunHeld } from '../../domain/errors.ts';
import { takeoverTime } from '../../domain/lease.ts';
import type { Ports } from '../../domain/ports.ts';
import { type HeldLease, holding } from '../hold-lease.ts';

/** What being alone with a run stands on. */
export type AlonePorts = Pick<Ports, 'clock' | 'runners' | 'claims'>;

/**
 * Does a step of a run as its one runner, where nobody walks the run under such a lease: a caller whose call was cut
 * off calls again while the first call is still at work. Throws `RunHeld` where another is at the run, and in the midst of
 * the step, before its next effect, where the lease was slept through. One that is killed keeps the run for as long as
 * `holding` says, and `clockSkewMs`.
 */
export async function alone<P extends AlonePorts, T>(
  ports: P,
  run: string,
  work: (ports: P) => Promise<T>,
): Promise<T> {
  const lease = runLease(ports, run, `step ${randomUUID()}`);
  const done = await holding(ports.clock, lease, async () => ({
    result: await work(heldPorts(ports, run, lease)),
  }));
  if (done === undefined) throw new RunHeld(`another step of ${run} is still at work`);
  return done.result;
}

/** A run's runner lease, of a holder that has it only once. */
export interface RunLease extends HeldLease {
  /** Whether it certainly still stands, without a look at the store. */
  readonly stands: () => boolean;
}

/** The lease that `name`, which nobody else has, takes on a run. */
export function runLease(
  { clock, runners }: Pick<AlonePorts, 'clock' | 'runners'>,
  run: string,
  name: string,
): RunLease {
  let end: number | undefined;
  const stands = () => end !== undefined && clock.now() <= end;
  return {
    stands,
    take: async (now, until) => {
      // Slept through, it is not taken again: another may have been at the run, and what was read before is old.
      if (end !== undefined && !stands()) return false;
      const taken = await runners.lease(run, name, takeoverTime(now, clockSkewMs), until);
      if (taken) end = Math.max(end ?? until, until);
      return taken;
    },
    // What was done is done: a lease that can't be given back runs out.
    release: () => runners.release(run, name).catch(() => undefined),
  };
}

/** The fence is checked right before each effect, by a heartbeat; so is the lease then. */
export function heldPorts<P extends Pick<Ports, 'claims'>>(
  ports: P,
  run: string,
  { stands }: Pick<RunLease, 'stands'>,
): P {
  const { claims } = ports;
  const check = () => {
    if (!stands()) throw new RunHeld(`a step of ${run} slept through its lease`);
  };
  // Also where the run was asked to stop, which does not keep it from saying so.
  const heartbeat: typeof claims.heartbeat = (request) => claims.heartbeat(request).finally(check);
  return { ...ports, claims: { ...claims, heartbeat } };
}
