import { slotPool } from '../../domain/lease.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';

/** What the last step of a run needs. */
export type SealPorts = Pick<Ports, 'runs' | 'claims' | 'slots' | 'ledger'>;

/**
 * The last step of a run that is `ending`: claim and slot freed, ledger sealed, and only then `settled`. A
 * crash in between leaves it `ending`, and the sweep does this again. Gives the run as it then is.
 */
export async function sealRun(ports: SealPorts, run: Run): Promise<Run> {
  if (run.status !== 'ending') return run;
  const key = issueKeyOf(run.repository, run.issue);
  // By what the claim says: a run that ended while it was queued may hold it and not know its fence.
  const claim = await ports.claims.get(key);
  if (claim?.owner === run.id) await ports.claims.release(key, run.id, claim.fence, []);
  await ports.slots.release(slotPool, run.id);
  await ports.ledger.seal(run.id, {
    outcome: run.outcome ?? 'failed',
    models: await modelsOf(ports, run.id),
    definition: run.definition ?? '',
  });
  return ports.runs.update(run.id, ['ending'], { status: 'settled' }, []);
}

async function modelsOf(ports: Pick<Ports, 'ledger'>, run: string): Promise<readonly string[]> {
  const events = await ports.ledger.events(run);
  const models = events
    .filter((event) => event.kind === 'model.called')
    .map((event) => String(event.data?.model));
  return [...new Set(models)].sort();
}
