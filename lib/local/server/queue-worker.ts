import type { Ports } from '../../domain/ports.ts';
import { type QueueOptions, tellQueue } from '../../services/publisher/tell-queue.ts';
import { type Repeated, repeat } from './repeat.ts';

/** Pause between two looks, in milliseconds. */
const pollMs = 1_000;
/** Longest pause while GitHub takes nothing. */
const longestMs = 30_000;

/** Tells issues that their runs wait, beside the worker, which must not wait for GitHub. */
export function startQueueWorker(options: QueueOptions & { readonly ports: Ports }): Repeated {
  let pause = pollMs;
  return repeat(
    'queue',
    async () => {
      const { told, failed } = await tellQueue(options.ports, options);
      // Where some are told, GitHub is not away: the rest need not wait for those that fail.
      pause = failed === 0 || told > 0 ? pollMs : Math.min(pause * 2, longestMs);
      return pause;
    },
    options.log,
  );
}
