import { randomUUID } from 'node:crypto';
import { FenceStale, ForgeFailed, ForgeUnavailable } from '../../domain/errors.ts';
import { slotPool, takeoverTime } from '../../domain/lease.ts';
import { owesWord } from '../../domain/owes-word.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, type Run, type Waiting, type WaitReason } from '../../domain/run.ts';
import { isStopping } from '../dispatcher.ts';
import { holding } from '../hold-lease.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { sealRun } from '../lifecycle/seal-run.ts';
import { receiptText } from './receipt-text.ts';
import { tellStep } from './status-comment.ts';
import { waitText } from './wait-text.ts';

/** How the queue is looked at. */
export interface QueueOptions {
  /** Runs that may be at work at the same time. */
  readonly capacity: number;
  /** How far clocks may differ of those who share the stores; 0 unless given. */
  readonly skewMs?: number;
  /** Until when the run is held back for want of GitHub's calls, in milliseconds since the epoch; undefined: it is not. */
  readonly heldUntil?: (run: Run) => number | undefined;
  /** Whether GitHub leaves calls for telling that the run waits; it does unless given. */
  readonly mayTell?: (run: Run) => boolean;
  readonly log: (line: string) => void;
}

/** Comments written in one go: GitHub limits how many may come at once. */
const most = 10;
/** Repositories that fail before a go ends, each with one run: GitHub is away, most likely. */
const mostFailed = 5;
/** So long after its end is it tried to tell of a run that never began, in milliseconds. */
const patienceMs = 10 * 60_000;

/**
 * Tells on their issues that queued runs wait and for what, in the one comment that each run has, and takes it back
 * where a run ended before it began. Only for the publisher. Safe to repeat, also by several at once. Oldest first; a
 * repository that fails is left alone for the rest of the go. Gives how many comments were written and how many GitHub
 * did not take.
 */
export async function tellQueue(
  ports: Ports,
  options: QueueOptions,
): Promise<{ readonly told: number; readonly failed: number }> {
  const runs = (await ports.runs.list({ status: ['queued', 'ending'] })).toReversed();
  const reasonOf = await reasonsNow(ports, options);
  const failed = new Set<string>();
  let told = 0;
  for (const run of runs) {
    const { forge, name } = run.repository;
    if (told >= most || failed.size >= mostFailed) break;
    if (forge !== 'github' || failed.has(name)) continue;
    if (run.status === 'queued' && options.mayTell?.(run) === false) continue;
    const reason = run.status === 'queued' ? await reasonOf(run) : undefined;
    const isTold = run.waits?.for === reason && run.waits?.state === 'told';
    if (reason === undefined ? !owesWord(run) : isTold) continue;
    try {
      if (await tellAlone(ports, run, reason, options)) told += 1;
    } catch (error) {
      // It has begun, or another tells it: nothing is left to say here.
      if (error instanceof FenceStale) continue;
      if (!(error instanceof ForgeFailed)) throw error;
      options.log(`${run.id}: its issue could not be told: ${error.message}`);
      failed.add(name);
    }
  }
  return { told, failed: failed.size };
}

/** Why a run waits as things stand; undefined where it is about to begin. */
async function reasonsNow(
  ports: Ports,
  { capacity, heldUntil }: QueueOptions,
): Promise<(run: Run) => Promise<WaitReason | undefined>> {
  if ((await ports.pauses.get()) !== undefined) return async () => 'pause';
  const now = ports.clock.now();
  const holders = await ports.slots.holders(slotPool, now);
  const full = holders.length >= capacity;
  return async (run) => {
    // A slot that becomes free is of no use to it.
    if (heldUntil?.(run) !== undefined) return 'allowance';
    if (full) return 'slot';
    const key = issueKeyOf(run.repository, run.issue);
    const { owner = run.id, leaseUntil = 0 } = (await ports.claims.get(key)) ?? {};
    if (owner === run.id || leaseUntil < now) return undefined;
    return (await isStopping(ports, key, owner)) ? 'run' : undefined;
  };
}

/** As a run's one runner, so that nobody begins it meanwhile, and no other tells the same. */
async function tellAlone(
  ports: Ports,
  { id }: Run,
  reason: WaitReason | undefined,
  { capacity, skewMs = 0 }: QueueOptions,
): Promise<boolean> {
  const name = `teller ${randomUUID()}`;
  const lease = {
    take: (now: number, until: number) =>
      ports.runners.lease(id, name, takeoverTime(now, skewMs), until),
    release: () => ports.runners.release(id, name),
  };
  const told = await holding(ports.clock, lease, async (held) => {
    const run = await runOf(ports, id);
    const authority = async () => {
      const present = await ports.runs.get(id);
      if ((await held()) && present?.status === run.status) return;
      throw new FenceStale(`${id} is no longer ${run.status}, or another tells its issue`);
    };
    if (owesWord(run)) return takeBack(ports, run, authority);
    if (reason === undefined || run.status !== 'queued') return false;
    return tellWait(ports, run, { reason, capacity, authority });
  });
  return told ?? false;
}

interface Wait {
  readonly reason: WaitReason;
  readonly capacity: number;
  readonly authority: () => Promise<void>;
}

async function tellWait(
  ports: Ports,
  run: Run,
  { reason, capacity, authority }: Wait,
): Promise<boolean> {
  const { waits } = run;
  const again = waits?.for === reason;
  if (again && waits.state === 'told') return false;
  // Before anything is written: a run that ends now has to take it back.
  const telling: Waiting = {
    ...{ for: reason, n: (waits?.n ?? 0) + (again ? 0 : 1), state: 'telling' },
  };
  await ports.runs.update(run.id, ['queued'], { waits: telling }, []);
  const text = waitText(run, reason, capacity);
  const told = () =>
    ports.runs.update(run.id, ['queued'], { waits: { ...telling, state: 'told' } }, []);
  try {
    await tellStep(ports, run, { step: `waits-${telling.n}`, text, foldsNone: true, authority });
  } catch (error) {
    // What GitHub refuses for good is not asked of it again and again.
    if (error instanceof ForgeFailed && !(error instanceof ForgeUnavailable)) await told();
    throw error;
  }
  await told();
  return true;
}

/** The run's end in the place of its waiting. Its ledger's chain has ended with it. */
async function takeBack(ports: Ports, run: Run, authority: () => Promise<void>): Promise<boolean> {
  const { outcome = 'cancelled', error, settledAt = 0, waits } = run;
  const ending = error === undefined ? { outcome } : { outcome, error };
  const text = receiptText(run, ending, { turns: 0, tokens: 0, dollars: 0 });
  const over = async () => {
    if (waits === undefined) return;
    await ports.runs.update(run.id, ['ending'], { waits: { ...waits, state: 'over' } }, []);
    await sealRun(ports, await runOf(ports, run.id));
  };
  const manner = { foldsNone: true, silent: true, authority };
  try {
    await tellStep(ports, run, { step: 'receipt', text, ...manner });
  } catch (why) {
    const late = ports.clock.now() > settledAt + patienceMs;
    if (why instanceof ForgeFailed && (late || !(why instanceof ForgeUnavailable))) await over();
    throw why;
  }
  await over();
  return true;
}
