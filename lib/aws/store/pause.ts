import { setTimeout as wait } from 'node:timers/promises';

/** Waits before a call is repeated that was tried `tries` times: any part of a time that grows up to half a second. */
export function pause(tries: number): Promise<void> {
  // The whole of it is chance, so that those who met do not meet again.
  return wait(Math.random() * Math.min(500, 20 * 2 ** tries));
}
