import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { Run } from '../../lib/domain/run.ts';
import { eventLine } from './event-line.ts';
import { paint, printable, type Terminal, writeJson } from './terminal.ts';

const pollMs = 150;

/** Options of `follow`: what to show, and when to stop though the run goes on. */
export interface FollowOptions {
  readonly from?: number;
  /** Prefix of each line, where several runs are shown. */
  readonly prefix?: string;
  readonly signal?: AbortSignal;
  /** Ends with what is there now instead of waiting for the run's end. */
  readonly once?: boolean;
}

/** Shows a run's events as they come until it is settled. Returns the run as it then is. */
export async function follow(
  ports: Pick<Ports, 'runs' | 'ledger'>,
  id: string,
  terminal: Terminal,
  options: FollowOptions = {},
): Promise<Run | undefined> {
  let next = options.from ?? 0;
  for (;;) {
    const run = await ports.runs.get(id);
    for (const event of await ports.ledger.events(id, next)) {
      next = event.seq + 1;
      show(event, terminal, options.prefix ?? '');
    }
    const over = run === undefined || run.status === 'settled' || options.once === true;
    if (over || options.signal?.aborted) return run;
    await sleep(pollMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

function show(event: LedgerEvent, { out, err, json }: Terminal, prefix: string): void {
  if (json) {
    writeJson(out, { type: 'event', ...event });
    return;
  }
  const line = eventLine(event);
  if (line === undefined) return;
  const time = paint(err, 'dim', event.at.slice(11, 19));
  err.write(`${time} ${prefix}${printable(line).slice(0, 500)}\n`);
}
