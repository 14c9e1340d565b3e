import type { Actor } from '../domain/ledger.ts';
import { owesWord } from '../domain/owes-word.ts';
import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';
import { runOf } from './lifecycle/run-facts.ts';
import { type SealPorts, sealRun } from './lifecycle/seal-run.ts';

/** Where the wish to stop came from, and the sentence that is told of it. */
export interface CancelReason {
  readonly actor?: Actor;
  readonly reason?: string;
  /** The caller may not sign for the ledger: a run that ends here is sealed by the sweep. */
  readonly sealsLater?: boolean | undefined;
}

/**
 * Asks a run to stop. A queued run ends at once, and is sealed once its issue no longer says that it waits; a running
 * one stops at its next heartbeat and settles.
 * Returns the run as it then is; a settled run is left as it is. Throws `NotFound`.
 */
export async function cancel(
  ports: SealPorts & Pick<Ports, 'clock'>,
  id: string,
  by: string,
  { actor = 'cli', reason, sealsLater = false }: CancelReason = {},
): Promise<Run> {
  const run = await runOf(ports, id);
  if (run.status === 'settled' || run.status === 'ending') return run;
  const at = ports.clock.now();
  const data = { by, reason };
  const note = reason === undefined ? {} : { note: reason };
  const event = { actor, standing: 'observed', at } as const;
  if (run.status === 'queued') {
    const ending = await ports.runs.update(
      id,
      ['queued'],
      { status: 'ending', settledAt: at, outcome: 'cancelled', ...note },
      [{ ...event, kind: 'run.settled', data: { ...data, outcome: 'cancelled' } }],
    );
    if (ending.status !== 'running') {
      return sealsLater || owesWord(ending) ? ending : sealRun(ports, ending);
    }
  }
  const key = issueKeyOf(run.repository, run.issue);
  const requested = { ...event, kind: 'cancel.requested', data };
  const asked = await ports.claims.requestCancel(key, id, at, [requested]);
  // Only the first reason is told.
  if (asked && (await runOf(ports, id)).note === undefined) {
    return ports.runs.update(id, ['running'], note, []);
  }
  return runOf(ports, id);
}
