import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';
import { runOf } from './lifecycle/run-facts.ts';
import { type SealPorts, sealRun } from './lifecycle/seal-run.ts';

/**
 * Asks a run to stop. A queued run ends at once; a running one stops at its next heartbeat and settles.
 * Returns the run as it then is; a settled run is left as it is. Throws `NotFound`.
 */
export async function cancel(
  ports: SealPorts & Pick<Ports, 'clock'>,
  id: string,
  by: string,
): Promise<Run> {
  const run = await runOf(ports, id);
  if (run.status === 'settled' || run.status === 'ending') return run;
  const at = ports.clock.now();
  const event = { actor: 'cli', standing: 'observed', at, data: { by } } as const;
  if (run.status === 'queued') {
    const ending = await ports.runs.update(
      id,
      ['queued'],
      { status: 'ending', settledAt: at, outcome: 'cancelled' },
      [{ ...event, kind: 'run.settled', data: { by, outcome: 'cancelled' } }],
    );
    if (ending.status !== 'running') return sealRun(ports, ending);
  }
  const key = issueKeyOf(run.repository, run.issue);
  await ports.claims.requestCancel(key, id, at, [{ ...event, kind: 'cancel.requested' }]);
  return runOf(ports, id);
}
