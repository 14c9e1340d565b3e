import { claimLeaseMs } from '../domain/claim.ts';
import { Cancelled, FenceStale } from '../domain/errors.ts';
import { slotLeaseMs, slotPool } from '../domain/lease.ts';
import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';
import { settle } from './lifecycle/settle.ts';
import { sealRun } from './lifecycle/seal-run.ts';

/**
 * How a place that walks runs by itself says it stands with one: `walking`; `absent`, where it was never
 * started; or ended, with the reason where it did not end as it should.
 */
export type Walk =
  | { readonly state: 'walking' | 'absent' }
  | { readonly state: 'ended'; readonly error?: string; readonly cause?: string };

/** Where runs are walked that nobody here walks: Step Functions. */
export interface Executions {
  /** Starts the walk of a run; one that was started before is left as it is. */
  start(run: Pick<Run, 'id'>): Promise<void>;
  walkOf(run: Pick<Run, 'id'>): Promise<Walk>;
}

/** What a look at the runs came to. */
export interface Watched {
  readonly walking: number;
  readonly started: readonly string[];
  readonly settled: readonly string[];
}

/** A run that was dispatched this long ago and is walked by nobody was lost between the two, in milliseconds. */
const startGraceMs = 60_000;

/**
 * Looks after runs that another service walks: their leases are renewed, what was dispatched and never started
 * is started, what ended otherwise (killed, timed out, aborted) is settled, what told its end is sealed.
 */
export async function watchRuns(ports: Ports, executions: Executions): Promise<Watched> {
  const started: string[] = [];
  const settled: string[] = [];
  let walking = 0;
  for (const run of await ports.runs.list({ status: ['running', 'ending'] })) {
    const walk = await executions.walkOf(run);
    if (walk.state === 'walking') {
      walking += 1;
      await renewLeases(ports, run);
    } else if (walk.state === 'absent' && run.status === 'running') {
      if (ports.clock.now() - (run.startedAt ?? run.createdAt) < startGraceMs) continue;
      await executions.start(run);
      started.push(run.id);
    } else {
      await settleOver(ports, run, walk);
      settled.push(run.id);
    }
  }
  return { walking, started, settled };
}

/** Slot and claim, whoever works at the run meanwhile; a run that was asked to stop keeps them to its end. */
async function renewLeases(ports: Ports, run: Run): Promise<void> {
  const now = ports.clock.now();
  // No slot is free for a new holder at capacity 0: one that was given back is not taken again.
  await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, 0);
  const key = issueKeyOf(run.repository, run.issue);
  const { fence = 0 } = run;
  try {
    await ports.claims.heartbeat({ key, run: run.id, fence, now, until: now + claimLeaseMs });
  } catch (error) {
    if (!(error instanceof Cancelled) && !(error instanceof FenceStale)) throw error;
  }
}

async function settleOver(ports: Ports, run: Run, walk: Walk): Promise<void> {
  if (run.status === 'ending') {
    await sealRun(ports, run);
    return;
  }
  const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
  const told = walk.state === 'ended' ? (walk.error ?? 'StageLost') : 'StageLost';
  const name = claim?.cancelAt === undefined ? told : 'Cancelled';
  const cause = walk.state === 'ended' ? (walk.cause ?? '') : '';
  await settle(ports, { run: run.id, state: { error: { Error: name, Cause: cause } } });
}
