import { claimLeaseMs } from '../../domain/claim.ts';
import { slotLeaseMs, slotPool } from '../../domain/lease.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { issueKeyOf } from '../../domain/run.ts';
import { settle } from '../../services/lifecycle/settle.ts';
import type { LoadedDefinition } from '../walker/definition.ts';
import type { Journal } from '../walker/journal.ts';
import { walk } from '../walker/walk.ts';
import { invoke, runTask } from './lifecycle-resources.ts';

/** What a runner needs. `instance` names this process; `leaseMs` is how long it may be silent. */
export interface RunnerOptions {
  readonly ports: Ports;
  readonly definition: LoadedDefinition;
  readonly journal: Journal;
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: (line: string) => void;
}

/**
 * Walks a run to its end, or until `signal` stops this process; then another runner goes on from the
 * journal. Returns false where another instance walks it.
 */
export async function walkRun(
  options: RunnerOptions,
  run: Run,
  signal: AbortSignal,
): Promise<boolean> {
  const { ports, instance, leaseMs } = options;
  const now = ports.clock.now();
  if (!(await ports.runners.lease(run.id, instance, now, now + leaseMs))) return false;
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(options, run, lost), Math.max(100, leaseMs / 3));
  try {
    await walkHeld(options, run, AbortSignal.any([signal, lost.signal]));
    return true;
  } finally {
    clearInterval(renewal);
    await ports.runners.release(run.id, instance);
  }
}

async function walkHeld(options: RunnerOptions, run: Run, signal: AbortSignal): Promise<void> {
  const { ports, definition, journal } = options;
  let copied = Promise.resolve();
  const copyEvents = () => {
    const flush = () => ports.ledger.flush(run.id);
    copied = copied
      .then(flush)
      .catch((error: unknown) => options.log(`${run.id}: ${String(error)}`));
    return copied;
  };
  const result = await walk({
    definition: definition.definition,
    digest: definition.digest,
    name: run.id,
    input: { round: 1 },
    journal,
    signal,
    resources: {
      invoke: (name, payload) => invoke(ports, name, payload),
      runTask: (parameters, context) => runTask(ports, parameters, context.signal),
    },
    onTransition: copyEvents,
  }).finally(copyEvents);
  if (result.status === 'FAILED') {
    options.log(`${run.id}: ${result.error}: ${result.cause}; settled without the forge`);
    const error = { Error: result.error ?? 'StageLost', Cause: result.cause ?? '' };
    await settle(ports, { run: run.id, state: { error }, quiet: true });
  }
  await copyEvents();
}

/** Keeps runner lease, slot and claim alive; the walk stops where the lease has gone to another. */
async function renew(
  { ports, instance, leaseMs, log }: RunnerOptions,
  run: Run,
  lost: AbortController,
) {
  try {
    const now = ports.clock.now();
    if (!(await ports.runners.lease(run.id, instance, now, now + leaseMs))) {
      log(`${run.id}: another runner has taken over`);
      lost.abort();
      return;
    }
    await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, Number.MAX_SAFE_INTEGER);
    const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
    if (claim?.owner !== run.id || claim.cancelAt !== undefined) return;
    const key = claim.key;
    await ports.claims.acquire({ key, run: run.id, now, until: now + claimLeaseMs }, []);
  } catch (error) {
    log(`${run.id}: the lease could not be renewed: ${String(error)}`);
  }
}
