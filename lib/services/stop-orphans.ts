import type { Ports } from '../domain/ports.ts';
import type { StageAttempt } from '../domain/stage.ts';

/** A sandbox that runs somewhere, and the attempt it was started for. */
interface RunningSandbox {
  /** What it is stopped by. */
  readonly id: string;
  /** Undefined where it does not say. */
  readonly attempt: StageAttempt | undefined;
}

/** Where sandboxes run that no process of ours holds. */
export interface SandboxFleet {
  running(): Promise<readonly RunningSandbox[]>;
  /** One that has ended by now is fine. */
  stop(id: string, reason: string): Promise<void>;
}

/**
 * Stops sandboxes that nobody waits for: their attempt is closed, unknown or past its deadline, or their run is
 * over. A sandbox stops by its own deadline and by a heartbeat that fails; this is for one that does neither.
 * Gives what was stopped, with the reason. One that can't be stopped keeps no other from it: the first fault is
 * thrown once all were looked at.
 */
export async function stopOrphans(
  ports: Pick<Ports, 'clock' | 'runs' | 'stages'>,
  fleet: SandboxFleet,
): Promise<readonly { readonly id: string; readonly reason: string }[]> {
  const stopped: { id: string; reason: string }[] = [];
  const faults: unknown[] = [];
  for (const { id, attempt } of await fleet.running()) {
    try {
      const reason = await whyOrphan(ports, attempt);
      if (reason === undefined) continue;
      await fleet.stop(id, reason);
      stopped.push({ id, reason });
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return stopped;
}

async function whyOrphan(
  ports: Pick<Ports, 'clock' | 'runs' | 'stages'>,
  attempt: StageAttempt | undefined,
): Promise<string | undefined> {
  if (attempt === undefined) return 'it does not say which stage it is for';
  const run = await ports.runs.get(attempt.run);
  if (run?.status !== 'running') return 'its run is over';
  const stage = await ports.stages.get(attempt);
  if (stage === undefined) return 'there is no such stage';
  if (stage.closedAt !== undefined) return 'its attempt is closed';
  return ports.clock.now() > stage.deadline ? "its attempt's time is over" : undefined;
}
