import { setTimeout as sleep } from 'node:timers/promises';

/** Work that is done again and again, never twice at the same time. */
export interface Repeated {
  /** Does it now rather than after the pause. */
  wake(): void;
  /** Waits for what is being done; then nothing more is. */
  stop(): Promise<void>;
}

/** Pause after work that failed, in milliseconds. */
const failedMs = 1_000;

/** Repeats `work`, which gives the pause before the next time, in milliseconds. A failure is told and no end. */
export function repeat(
  name: string,
  work: (signal: AbortSignal) => Promise<number>,
  log: (line: string) => void,
): Repeated {
  const stopping = new AbortController();
  let wake = () => {};
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const pausing = new AbortController();
      // Set before the work, so that what comes in meanwhile is not missed.
      wake = () => pausing.abort();
      const pause = await work(stopping.signal).catch((error: unknown) => {
        log(`${name}: ${String(error)}`);
        return failedMs;
      });
      const signal = AbortSignal.any([pausing.signal, stopping.signal]);
      await sleep(pause, undefined, { ref: false, signal }).catch(() => undefined);
    }
  };
  const ended = loop();
  return {
    wake: () => wake(),
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
