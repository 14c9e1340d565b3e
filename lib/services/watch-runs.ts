import { claimLeaseMs } from '../domain/claim.ts';
import { Cancelled, FenceStale } from '../domain/errors.ts';
import { slotLeaseMs, slotPool } from '../domain/lease.ts';
import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';
import type { LifecycleState } from './lifecycle/conclude.ts';

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

/** What watching stands on. */
export interface WatchOptions {
  readonly ports: Pick<Ports, 'clock' | 'runs' | 'claims' | 'slots'>;
  readonly executions: Executions;
  /** Ends a run by the lifecycle's own last step, wherever that has its authority. */
  readonly settle: (run: string, state: LifecycleState) => Promise<void>;
}

/** What a look at the runs came to. */
export interface Watched {
  readonly walking: number;
  readonly started: readonly string[];
  readonly settled: readonly string[];
}

/** A run that was dispatched this long ago and is walked by nobody was lost between the two, in milliseconds. */
const startGraceMs = 60_000;

/** Runs looked after at the same time: one whose settling hangs holds up none of the others. */
const width = 4;

/**
 * Looks after runs that another service walks: their leases are renewed, what was dispatched and never started
 * is started, what ended otherwise (killed, timed out, aborted) is settled, what told its end is sealed. A run
 * that can't be looked after keeps no other from it: the first fault is thrown once all were looked at.
 */
export async function watchRuns(options: WatchOptions): Promise<Watched> {
  const watched = { walking: 0, started: [] as string[], settled: [] as string[] };
  const faults: unknown[] = [];
  const runs = await options.ports.runs.list({ status: ['running', 'ending'] });
  const waiting = runs.values();
  const worker = async () => {
    for (const run of waiting) {
      try {
        const found = await lookAfter(options, run);
        if (found === 'walking') watched.walking += 1;
        else if (found !== 'left') watched[found].push(run.id);
      } catch (error) {
        faults.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (faults.length > 0) throw faults[0];
  return watched;
}

async function lookAfter(
  { ports, executions, settle }: WatchOptions,
  run: Run,
): Promise<'walking' | 'left' | 'started' | 'settled'> {
  const walk = await executions.walkOf(run);
  if (walk.state === 'walking') {
    await renewLeases(ports, run);
    return 'walking';
  }
  if (walk.state === 'absent' && run.status === 'running') {
    if (ports.clock.now() - (run.startedAt ?? run.createdAt) < startGraceMs) return 'left';
    await executions.start(run);
    return 'started';
  }
  await settle(run.id, await stateOf(ports, run, walk));
  return 'settled';
}

/** Slot and claim, whoever works at the run meanwhile; a run that was asked to stop keeps them to its end. */
async function renewLeases(ports: WatchOptions['ports'], run: Run): Promise<void> {
  const { status } = (await ports.runs.get(run.id)) ?? run;
  // A slot that lapsed between two looks is taken again, whatever was given to others by now: a run that was
  // begun goes on. One that was given back is not: no slot is free for a new holder at capacity 0.
  const capacity = status === 'running' ? Number.MAX_SAFE_INTEGER : 0;
  const now = ports.clock.now();
  await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, capacity);
  const key = issueKeyOf(run.repository, run.issue);
  const { fence = 0 } = run;
  try {
    await ports.claims.heartbeat({ key, run: run.id, fence, now, until: now + claimLeaseMs });
  } catch (error) {
    if (!(error instanceof Cancelled) && !(error instanceof FenceStale)) throw error;
  }
}

async function stateOf(
  ports: WatchOptions['ports'],
  run: Run,
  walk: Walk,
): Promise<LifecycleState> {
  const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
  const ended = walk.state === 'ended' ? walk : undefined;
  const name = claim?.cancelAt === undefined ? (ended?.error ?? 'StageLost') : 'Cancelled';
  return { error: { Error: name, Cause: ended?.cause ?? 'nobody walks this run' } };
}
