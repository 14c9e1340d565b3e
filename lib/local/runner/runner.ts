import { claimLeaseMs } from '../../domain/claim.ts';
import { Cancelled, FenceStale, LedgerConflict } from '../../domain/errors.ts';

import { slotLeaseMs, slotPool, takeoverTime } from '../../domain/lease.ts';
import type { RunnerPorts } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { issueKeyOf } from '../../domain/run.ts';
import { settle } from '../../services/lifecycle/settle.ts';
import type { Journal } from '../walker/journal.ts';
import { walk } from '../walker/walk.ts';
import type { Definitions } from './definitions.ts';
import { invoke, runTask } from './lifecycle-resources.ts';

/** What a runner needs. `instance` names this process; `leaseMs` is how long it may be silent. */
export interface RunnerOptions {
  readonly ports: RunnerPorts;
  readonly definitions: Definitions;
  readonly journal: Journal;
  readonly instance: string;
  readonly leaseMs: number;
  /** How far clocks may differ of those who share the stores; 0 unless given: one machine has one clock. */
  readonly skewMs?: number;
  readonly log: (line: string) => void;
}

/**
 * Walks a run to its end, or until `signal` stops this process; then another runner goes on from the
 * journal. Returns false where another instance walks it. A run that has ended by now is left alone.
 */
export async function walkRun(
  options: RunnerOptions,
  run: Run,
  signal: AbortSignal,
): Promise<boolean> {
  const { ports, instance, leaseMs } = options;
  if (!(await lease(options, run))) return false;
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(options, run, lost), renewalMs(leaseMs));
  try {
    // Only under the lease is it sure that no other runner ends it meanwhile.
    if ((await ports.runs.get(run.id))?.status !== 'running') return true;
    await takeOver(options, run);
    await walkHeld(options, run, AbortSignal.any([signal, lost.signal]));
    return true;
  } finally {
    clearInterval(renewal);
    await ports.runners.release(run.id, instance);
  }
}

/** False where another walks the run, or may still think so by its own clock. */
function lease({ ports, instance, leaseMs, skewMs = 0 }: RunnerOptions, run: Run) {
  const now = ports.clock.now();
  return ports.runners.lease(run.id, instance, takeoverTime(now, skewMs), now + leaseMs);
}

/** Often enough for the runner's own lease, and for those of claim and slot, which last two minutes. */
function renewalMs(leaseMs: number): number {
  return Math.min(30_000, Math.max(100, leaseMs / 3));
}

/** What an earlier runner may have left: a sandbox still at work, a slot that has lapsed. */
async function takeOver({ ports, log }: RunnerOptions, run: Run): Promise<void> {
  const reaped = await ports.sandboxes.reap();
  if (reaped > 0) log(`${run.id}: ended ${reaped} sandboxes that an earlier process left`);
  const now = ports.clock.now();
  // Whatever was given to others by now: a run that was begun goes on.
  await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, Number.MAX_SAFE_INTEGER);
}

async function walkHeld(options: RunnerOptions, run: Run, signal: AbortSignal): Promise<void> {
  const { ports, journal } = options;
  const definition = definitionOf(options, run);
  let copied = Promise.resolve();
  const copyEvents = () => {
    const flush = () => ports.ledger.flush(run.id);
    copied = copied
      .then(flush)
      .catch((error: unknown) => options.log(`${run.id}: ${String(error)}`));
    return copied;
  };
  // What was begun is waited for, also where the walk is stopped: after it another may walk.
  const begun = new Set<Promise<unknown>>();
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const done = work.finally(() => begun.delete(done));
    begun.add(done);
    return done;
  };
  const result = await walk({
    definition: definition.definition,
    digest: definition.digest,
    name: run.id,
    input: { round: 1 },
    journal,
    signal,
    resources: {
      invoke: (name, payload) => tracked(invoke(ports, name, payload)),
      runTask: (parameters, { signal: stop }) => tracked(runTask(ports, parameters, stop)),
    },
    onTransition: copyEvents,
  }).finally(async () => {
    await Promise.allSettled(begun);
    await copyEvents();
  });
  if (result.status === 'FAILED') {
    options.log(`${run.id}: ${result.error}: ${result.cause}; settled without the forge`);
    const error = { Error: result.error ?? 'StageLost', Cause: result.cause ?? '' };
    await settle(ports, { run: run.id, state: { error }, quiet: true });
  }
  await copyEvents();
}

/** A run is walked by the definition it began with. Throws `LedgerConflict` where that is gone. */
function definitionOf({ definitions }: RunnerOptions, run: Run) {
  const found = definitions.of(run.definition ?? definitions.present.digest);
  if (found !== undefined) return found;
  throw new LedgerConflict(`the lifecycle that ${run.id} began with is not kept here`);
}

/** Ends a run that can't be walked on, without a word to the forge; not one that another walks. */
export async function giveUp(options: RunnerOptions, run: Run, error: Error): Promise<void> {
  const { ports, instance } = options;
  if (!(await lease(options, run))) return;
  try {
    const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
    const name = claim?.cancelAt === undefined ? error.name : 'Cancelled';
    const cause = JSON.stringify({ errorType: name, errorMessage: error.message });
    const state = { error: { Error: name, Cause: cause } };
    await settle(ports, { run: run.id, state, quiet: true });
  } finally {
    await ports.runners.release(run.id, instance);
  }
}

/** Keeps runner lease, slot and claim alive; the walk stops where the lease has gone to another. */
async function renew(options: RunnerOptions, run: Run, lost: AbortController) {
  const { ports, log } = options;
  try {
    const now = ports.clock.now();
    if (!(await lease(options, run))) {
      log(`${run.id}: another runner has taken over`);
      lost.abort();
      return;
    }
    // No slot is free for a new holder at capacity 0: one that was given back is not taken again.
    await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, 0);
    const key = issueKeyOf(run.repository, run.issue);
    const { fence = 0 } = run;
    await ports.claims.heartbeat({ key, run: run.id, fence, now, until: now + claimLeaseMs });
  } catch (error) {
    // Both are for the stage and the publisher to say, which look at the claim themselves.
    if (error instanceof Cancelled || error instanceof FenceStale) return;
    log(`${run.id}: the lease could not be renewed: ${String(error)}`);
  }
}
