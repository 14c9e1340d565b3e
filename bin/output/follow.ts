import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { Run } from '../../lib/domain/run.ts';
import { eventLine } from './event-line.ts';
import { paint, printable, type Terminal, writeJson } from './terminal.ts';

/** Milliseconds between two looks, where the place of the runs names no other. */
const usualPollMs = 150;

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
  ports: Pick<Ports, 'runs' | 'ledger' | 'runners' | 'clock'> & { readonly pollMs?: number },
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
    const stop = options.once === true || options.signal?.aborted === true;
    if (run === undefined || stop || (await hasEnded(ports, run))) return run;
    await sleep(ports.pollMs ?? usualPollMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** Settled, and let go of by its runner: what comes after is the ledger's seal. */
async function hasEnded(ports: Pick<Ports, 'runners' | 'clock'>, run: Run): Promise<boolean> {
  if (run.status !== 'settled') return false;
  return (await ports.runners.holder(run.id, ports.clock.now())) === undefined;
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
