import { Cancelled, FenceStale, SessionRefused } from '../domain/errors.ts';

/** Milliseconds between two heartbeats. */
export const heartbeatMs = 10_000;

const missesAllowed = 3;

/**
 * Tells the gateway again and again that the stage lives. `onLost` is called once: when the gateway
 * says that the run is over, or when it could not be reached several times in a row.
 */
export function startHeartbeat(options: {
  readonly beat: () => Promise<void>;
  readonly everyMs: number;
  readonly onLost: (reason: unknown) => void;
}): () => void {
  let misses = 0;
  let timer: NodeJS.Timeout;
  let stopped = false;
  const once = async () => {
    try {
      await options.beat();
      misses = 0;
    } catch (error) {
      misses += 1;
      if (!stopped && (saysStop(error) || misses >= missesAllowed)) {
        stopped = true;
        options.onLost(error);
      }
    }
    if (!stopped) timer = setTimeout(once, options.everyMs);
  };
  timer = setTimeout(once, options.everyMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** The run is over, or not this sandbox's any more: nothing is left to be said to the gateway. */
export function saysStop(error: unknown): boolean {
  return (
    error instanceof Cancelled || error instanceof FenceStale || error instanceof SessionRefused
  );
}
