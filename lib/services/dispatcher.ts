import { claimLeaseMs } from '../domain/claim.ts';
import { ClaimHeld } from '../domain/errors.ts';
import { slotLeaseMs, slotPool } from '../domain/lease.ts';
import type { NewEvent } from '../domain/ledger.ts';
import { owesWord } from '../domain/owes-word.ts';
import type { Ports } from '../domain/ports.ts';
import { issueKeyOf, type Run } from '../domain/run.ts';
import { sealRun } from './lifecycle/seal-run.ts';

/** Stores a run as queued. The same trigger gives the run that is there already. */
export async function enqueue(
  ports: Pick<Ports, 'clock' | 'runs'>,
  run: Omit<Run, 'status' | 'createdAt'>,
): Promise<{ created: boolean; run: Run }> {
  const at = ports.clock.now();
  const { repository, issue, trigger, settings, continues, pass } = run;
  const data = { repository, issue, trigger, settings, continues, pass };
  const event: NewEvent = { kind: 'run.queued', actor: 'intake', standing: 'observed', at, data };
  return ports.runs.create({ ...run, status: 'queued', createdAt: at }, [event]);
}

/**
 * Starts queued runs, oldest first, while there are slots. A run whose issue is claimed by another run
 * ends here and names that run; but where that was asked to stop or has told its end, it waits. `only`
 * leaves all other runs alone. One that `heldUntil` gives a time for, in milliseconds since the epoch, stays queued and
 * has that time in its record. Returns what was started.
 */
export async function dispatch(
  ports: Ports,
  {
    capacity,
    definition,
    only,
    heldUntil,
  }: {
    capacity: number;
    definition: string;
    only?: string;
    heldUntil?: ((run: Run) => number | undefined) | undefined;
  },
): Promise<readonly Run[]> {
  if ((await ports.pauses.get()) !== undefined) return [];
  const all = (await ports.runs.list({ status: ['queued'] })).toReversed();
  const mine = all.filter(({ id }) => (only ?? id) === id);
  const queued = heldUntil === undefined ? mine : await notHeld(ports, mine, heldUntil);
  const started: Run[] = [];
  for (const run of queued) {
    const now = ports.clock.now();
    if (!(await ports.slots.take(slotPool, run.id, now, now + slotLeaseMs, capacity))) break;
    const running = await start(ports, run, definition);
    if (running.status === 'running') started.push(running);
    else await ports.slots.release(slotPool, run.id);
  }
  return started;
}

/** Those that may begin. Who is held back, and until when, is written down before a slot is looked for: none need be free. */
async function notHeld(
  { runs }: Pick<Ports, 'runs'>,
  queued: readonly Run[],
  heldUntil: (run: Run) => number | undefined,
): Promise<Run[]> {
  const free: Run[] = [];
  for (const run of queued) {
    const until = heldUntil(run);
    if (until !== run.heldUntil) await runs.update(run.id, ['queued'], { heldUntil: until }, []);
    if (until === undefined) free.push(run);
  }
  return free;
}

async function start(ports: Ports, run: Run, definition: string): Promise<Run> {
  const at = ports.clock.now();
  const event = { actor: 'dispatcher', standing: 'observed', at } as const;
  const key = issueKeyOf(run.repository, run.issue);
  try {
    const request = { key, run: run.id, now: at, until: at + claimLeaseMs };
    const { fence } = await ports.claims.acquire(request, []);
    // The claim is told with the start: of a run that was cancelled by now nothing more is told.
    const present = await ports.runs.update(
      run.id,
      ['queued'],
      { status: 'running', startedAt: at, fence, definition },
      [
        { ...event, kind: 'claim.acquired', fence, data: { key } },
        { ...event, kind: 'run.started', fence, data: { definition } },
      ],
    );
    if (present.status !== 'running') await ports.claims.release(key, run.id, fence, []);
    return present;
  } catch (error) {
    if (!(error instanceof ClaimHeld)) throw error;
    return (await isStopping(ports, key, error.holder)) ? run : turnAway(ports, run, error);
  }
}

/** Whether the holder of a claim is coming to its end: it is waited for. */
export async function isStopping(
  ports: Pick<Ports, 'claims' | 'runs'>,
  key: string,
  holder: string,
): Promise<boolean> {
  const claim = await ports.claims.get(key);
  if (claim?.owner !== holder || claim.cancelAt !== undefined) return true;
  const status = (await ports.runs.get(holder))?.status;
  return status === 'ending' || status === 'settled';
}

async function turnAway(ports: Ports, run: Run, held: ClaimHeld) {
  const at = ports.clock.now();
  const failure = { name: held.name, message: held.message };
  const ending = await ports.runs.update(
    run.id,
    ['queued'],
    { status: 'ending', settledAt: at, outcome: 'cancelled', error: failure, note: held.message },
    [
      {
        kind: 'run.settled',
        actor: 'dispatcher',
        standing: 'observed',
        at,
        data: { outcome: 'cancelled', error: failure },
      },
    ],
  );
  return owesWord(ending) ? ending : sealRun(ports, ending);
}
