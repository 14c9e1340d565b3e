import type { Ports } from '../../domain/ports.ts';
import { drainInbox } from '../../services/intake/drain.ts';
import type { IntakeOptions } from '../../services/intake/intake-options.ts';
import type { Log } from './log-line.ts';
import { type Repeated, repeat } from './repeat.ts';

/** What the inbox's worker needs. */
export interface InboxWorkerOptions extends IntakeOptions {
  readonly ports: Ports;
  /** Told where something was done, so that a new run is started at once. */
  readonly onDone: () => void;
  readonly log: Log;
}

/** Other processes may put deliveries into the inbox as well, so it is looked at again after this. */
const pollMs = 1_000;
/** Longest pause while GitHub can't be asked. */
const longestMs = 30_000;

/** Does what the inbox asks for; where that can't be done now, it is tried again ever more seldom. */
export function startInboxWorker(options: InboxWorkerOptions): Repeated {
  const { ports, onDone, log } = options;
  let pause = pollMs;
  return repeat(
    'inbox',
    async () => {
      const { done, waiting } = await drainInbox(ports, options);
      for (const { delivery, note } of done) log(`delivery ${delivery}: ${note}`);
      if (done.length > 0) onDone();
      pause = waiting === 0 || done.length > 0 ? pollMs : Math.min(pause * 2, longestMs);
      return pause;
    },
    log,
  );
}
