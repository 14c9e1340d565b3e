import type { Ports } from '../domain/ports.ts';
import { type SandboxFleet, stopOrphans } from './stop-orphans.ts';
import { type WatchOptions, watchRuns } from './watch-runs.ts';

/** What a sweep stands on. */
export interface SweepOptions extends WatchOptions {
  readonly ports: WatchOptions['ports'] & Pick<Ports, 'stages'>;
  readonly fleet: SandboxFleet;
  /** Keeps or removes what is paid for by the hour, and says how it stands. */
  readonly tendOutlet: () => Promise<string | undefined>;
  /** Finds what no delivery told; gives how much it looked at. */
  readonly reconcile: () => Promise<number>;
  /** Is told what it came to, and of each fault, as one JSON object. */
  readonly log: (told: object) => void;
}

/**
 * Finishes what was left half done. Each part is tried whatever became of the others: a run that can't be looked after
 * keeps no sandbox and no endpoint going that nobody needs. What comes by the hour is first, what may take all the time
 * there is last. The first fault is thrown at the end, so that the sweep is tried again and its alarm rings.
 */
export async function sweepAccount(options: SweepOptions): Promise<void> {
  const { ports, fleet, log } = options;
  const faults: unknown[] = [];
  const tried = <T>(part: string, work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => {
      faults.push(error);
      log({ part, fault: String(error) });
      return undefined;
    });
  const outlet = await tried('outlet', options.tendOutlet);
  const watched = await tried('runs', () => watchRuns(options));
  const orphans = await tried('orphans', () => stopOrphans(ports, fleet));
  const looked = await tried('reconcile', options.reconcile);
  log({ ...watched, orphans, outlet, looked });
  if (faults.length > 0) throw faults[0];
}
