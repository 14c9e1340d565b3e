import { FenceStale } from './errors.ts';

/**
 * What sandboxes without a way out of their own reach the world by, while runs do: endpoints and a proxy, which cost by
 * the hour and are made and removed by our own code. At most one process works at it at a time, by a lease with a fence;
 * all rules are here, and are applied by conditional writes. Times in milliseconds since the epoch.
 */
export interface Outlet {
  /** `making` and `removing` also stand for work that was cut off: the next one does it again from its beginning. */
  readonly phase: 'absent' | 'making' | 'ready' | 'removing';
  /** Rises with each process that takes up the work. */
  readonly fence: number;
  readonly worker?: { readonly holder: string; readonly until: number };
  /** Nobody asked for it after this. */
  readonly wantedUntil: number;
  /** Address of the proxy, once it is ready. */
  readonly address?: string;
  /** What it stood in the month that is named, up to `since`, and since when it stands (or may). */
  readonly stood: { readonly month: string; readonly ms: number; readonly since?: number };
}

/** What is there before anything was ever made. */
export const noOutlet: Outlet = {
  phase: 'absent',
  fence: 0,
  wantedUntil: 0,
  stood: { month: '', ms: 0 },
};

/** Work that a process has taken up; it ends at its lease's end whatever the process thinks. */
export interface OutletWork {
  readonly kind: 'make' | 'remove';
  readonly fence: number;
}

/** How long a process may be silent about its work: longer than any of its calls may take. */
const outletLeaseMs = 2 * 60_000;
/** It stays for so long after it was last wanted, so that runs soon after one another share it. */
const outletLingerMs = 10 * 60_000;

/** Says that a run needs it now. Never takes back what another asked for. */
export function wantOutlet(outlet: Outlet, now: number): Outlet {
  return { ...outlet, wantedUntil: Math.max(outlet.wantedUntil, now + outletLingerMs) };
}

/** Takes back what all have asked for: there is to be none any more. */
export function renounceOutlet(outlet: Outlet): Outlet {
  return { ...outlet, wantedUntil: 0 };
}

/** Whether the month's hours are used up: nothing is made then, and what stands is removed. */
export function outletSpent(outlet: Outlet, now: number, capMs: number): boolean {
  return stoodIn(outlet, now) >= capMs;
}

/**
 * Takes up what is to be done now, if anything is and nobody else is at it. What is ready is looked at again by `make`:
 * a part may have ended by itself. With `look` so is what is absent, by `remove`: a call that came through after its
 * lease had gone would cost by the hour, and nobody would know.
 */
export function takeOutletWork(
  outlet: Outlet,
  request: {
    readonly holder: string;
    readonly now: number;
    readonly capMs: number;
    readonly look?: boolean;
  },
): { readonly outlet: Outlet; readonly work: OutletWork } | undefined {
  const { holder, now, capMs, look = false } = request;
  if (outlet.worker !== undefined && outlet.worker.until >= now) return undefined;
  const needed = isNeeded(outlet, now, capMs);
  if (!needed && outlet.phase === 'absent' && !look) return undefined;
  const fence = outlet.fence + 1;
  const worker = { holder, until: now + outletLeaseMs };
  if (!needed) {
    const { address: _, ...rest } = outlet;
    return {
      outlet: { ...rest, phase: 'removing', fence, worker },
      work: { kind: 'remove', fence },
    };
  }
  const phase = outlet.phase === 'ready' ? 'ready' : 'making';
  // It may cost from the first call on, which comes after this is written.
  const stood = { month: monthOf(now), ms: stoodIn(outlet, now), since: now };
  return { outlet: { ...outlet, phase, fence, worker, stood }, work: { kind: 'make', fence } };
}

/**
 * Goes on with work that was taken up: before each call, so that none is made after the lease has gone. Undefined where
 * the work has lost its purpose: wanted again while it is removed, or no longer while it is made. Throws `FenceStale`.
 */
export function renewOutletWork(
  outlet: Outlet,
  work: OutletWork,
  { now, capMs }: { readonly now: number; readonly capMs: number },
): Outlet | undefined {
  const worker = workerOf(outlet, work, now);
  if (isNeeded(outlet, now, capMs) !== (work.kind === 'make')) return undefined;
  return { ...outlet, worker: { ...worker, until: now + outletLeaseMs } };
}

/**
 * Puts work down: `done` where all is there (with the proxy's address) or nothing is left. Otherwise the phase says that
 * there may be some of it. Throws `FenceStale`.
 */
export function leaveOutletWork(
  outlet: Outlet,
  work: OutletWork,
  end: { readonly now: number; readonly done: boolean; readonly address?: string },
): Outlet {
  workerOf(outlet, work, end.now);
  const { worker: _, address: _old, ...rest } = outlet;
  if (work.kind === 'make') {
    if (!end.done || end.address === undefined) return { ...rest, phase: 'making' };
    return { ...rest, phase: 'ready', address: end.address };
  }
  if (!end.done) return { ...rest, phase: 'removing' };
  const stood = { month: monthOf(end.now), ms: stoodIn(outlet, end.now) };
  return { ...rest, phase: 'absent', stood };
}

function isNeeded(outlet: Outlet, now: number, capMs: number): boolean {
  return outlet.wantedUntil >= now && !outletSpent(outlet, now, capMs);
}

/** The worker, if the work is still its own. */
function workerOf(outlet: Outlet, { fence }: OutletWork, now: number) {
  const { worker } = outlet;
  if (outlet.fence !== fence || worker === undefined || worker.until < now) {
    throw new FenceStale('another process works at the endpoints and the proxy, or may');
  }
  return worker;
}

/** How long it stood in the present month. */
function stoodIn({ stood }: Outlet, now: number): number {
  const month = monthOf(now);
  const before = stood.month === month ? stood.ms : 0;
  if (stood.since === undefined) return before;
  return before + Math.max(0, now - Math.max(stood.since, Date.parse(`${month}-01T00:00:00Z`)));
}

function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}
