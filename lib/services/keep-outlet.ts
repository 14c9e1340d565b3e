import { FenceStale } from '../domain/errors.ts';
import {
  leaveOutletWork,
  noOutlet,
  type Outlet,
  type OutletWork,
  outletSpent,
  renewOutletWork,
  renounceOutlet,
  takeOutletWork,
  wantOutlet,
} from '../domain/outlet.ts';
import type { PauseStore, RunStore } from '../domain/ports.ts';

/** Where the outlet's one record stands. */
export interface OutletStore {
  get(): Promise<Outlet | undefined>;
  /** Applies a rule to the record as it stands, and stores what it gives; the rule is asked again where another wrote. */
  change<T>(
    rule: (found: Outlet | undefined) => { readonly next: Outlet | undefined; readonly result: T },
  ): Promise<T>;
}

/** One way of bringing endpoints and proxy about. Each call does little, and may be repeated at any time. */
export interface OutletParts {
  /**
   * Marks what is there with the work's fence, asks for one thing that is missing, or looks whether it has come. The
   * proxy's address once all is there.
   */
  make(fence: number): Promise<{ readonly address?: string }>;
  /** Asks for the removal of one thing that was made under that fence or an earlier one, or looks whether it has gone. */
  remove(fence: number): Promise<{ readonly gone: boolean }>;
}

/** What the outlet's keeper stands on. */
export interface KeeperOptions {
  readonly store: OutletStore;
  readonly parts: OutletParts;
  readonly clock: { now(): number };
  readonly wait: (ms: number) => Promise<void>;
  /** Sets this process apart. */
  readonly holder: string;
  /** Most that it may stand in a month, in milliseconds. */
  readonly capMs: number;
}

/** How it stands for a run that would begin. */
export type OutletState = 'ready' | 'coming' | 'spent' | 'paused';

type Paused = { readonly pauses: Pick<PauseStore, 'get'> };

const lookMs = 5_000;

/**
 * Brings the outlet up for a run that is about to begin, until it is ready or `giveUpAt` is over, whoever does the work;
 * a later call goes on. Whoever removes it stops when it is wanted again. Nothing is wanted while all work is paused.
 */
export async function bringUp(
  options: KeeperOptions & Paused,
  giveUpAt: number,
): Promise<OutletState> {
  const { store, clock, capMs, wait, pauses } = options;
  for (;;) {
    if ((await pauses.get()) !== undefined) return 'paused';
    const found = await want(options);
    // Who removes it for good pauses first: what was wanted after that comes to nothing here.
    if ((await pauses.get()) !== undefined) return 'paused';
    if (outletSpent(found, clock.now(), capMs)) return 'spent';
    await workOnce(options, giveUpAt, false);
    const { phase } = (await store.get()) ?? noOutlet;
    if (phase === 'ready') return 'ready';
    if (clock.now() + lookMs >= giveUpAt) return 'coming';
    await wait(lookMs);
  }
}

type Runs = { readonly runs: Pick<RunStore, 'list'> };

/**
 * Keeps it while runs are at work, removes it after, and finishes what was cut off. By the clock. What is queued while
 * all work is paused can wait for days: it keeps nothing.
 */
export async function tend(
  options: KeeperOptions & Paused & Runs,
  giveUpAt: number,
): Promise<Outlet['phase']> {
  if ((await callFor(options)) === 'wanted') await want(options);
  // Again, for the same reason as where it is brought up.
  if ((await callFor(options)) === 'refused') await renounce(options);
  await workOnce(options, giveUpAt, true);
  return ((await options.store.get()) ?? noOutlet).phase;
}

/** Whether runs need it, none does now, or none may. */
async function callFor({ runs, pauses }: Paused & Runs): Promise<'wanted' | 'none' | 'refused'> {
  const paused = (await pauses.get()) !== undefined;
  const status = paused ? (['running'] as const) : (['queued', 'running'] as const);
  const busy = await runs.list({ status, limit: 1 });
  if (busy.length > 0) return 'wanted';
  return paused ? 'refused' : 'none';
}

/** What removes it for good stands on. */
export type RemoverOptions = Omit<KeeperOptions, 'parts' | 'capMs'> & {
  readonly parts: Pick<OutletParts, 'remove'>;
};

/**
 * Removes it for good, whoever had asked for it, until nothing is left or `giveUpAt` is over; what is said to be absent is
 * looked at too. Work must be paused before: who still wants it would have it made again.
 */
export async function bringDown(
  { parts, ...options }: RemoverOptions,
  giveUpAt: number,
): Promise<Outlet['phase']> {
  const { store, clock, wait } = options;
  // Where no hour is allowed nothing is ever needed, so that nothing is made.
  const keeper = { ...options, capMs: 0, parts: { ...parts, make: async () => ({}) } };
  for (;;) {
    await renounce(options);
    await workOnce(keeper, giveUpAt, true);
    const { phase } = (await store.get()) ?? noOutlet;
    if (phase === 'absent' || clock.now() + lookMs >= giveUpAt) return phase;
    await wait(lookMs);
  }
}

function renounce({ store }: Pick<KeeperOptions, 'store'>): Promise<void> {
  return store.change((found = noOutlet) => ({ next: renounceOutlet(found), result: undefined }));
}

function want({ store, clock }: KeeperOptions): Promise<Outlet> {
  return store.change((found = noOutlet) => {
    const next = wantOutlet(found, clock.now());
    return { next, result: next };
  });
}

/** Takes up what is to be done, and goes on until it is done, has lost its purpose or time is over. */
async function workOnce(options: KeeperOptions, giveUpAt: number, look: boolean): Promise<void> {
  const { store, clock, holder, capMs, wait } = options;
  const work = await store.change((found = noOutlet) => {
    const taken = takeOutletWork(found, { holder, now: clock.now(), capMs, look });
    return { next: taken?.outlet, result: taken?.work };
  });
  if (work === undefined) return;
  try {
    while (clock.now() < giveUpAt && (await goesOn(options, work))) {
      const end = await step(options, work);
      if (end.done) return await leave(options, work, end);
      await wait(lookMs);
    }
    await leave(options, work, { done: false });
  } catch (error) {
    // Another has taken over: what is left is its.
    if (error instanceof FenceStale) return;
    await leave(options, work, { done: false }).catch(() => undefined);
    throw error;
  }
}

async function step({ parts }: KeeperOptions, { kind, fence }: OutletWork) {
  if (kind === 'remove') return { done: (await parts.remove(fence)).gone };
  const { address } = await parts.make(fence);
  return address === undefined ? { done: false } : { done: true, address };
}

function goesOn({ store, clock, capMs }: KeeperOptions, work: OutletWork): Promise<boolean> {
  return store.change((found = noOutlet) => {
    const next = renewOutletWork(found, work, { now: clock.now(), capMs });
    return { next, result: next !== undefined };
  });
}

function leave(
  { store, clock }: KeeperOptions,
  work: OutletWork,
  end: { readonly done: boolean; readonly address?: string },
): Promise<void> {
  return store.change((found = noOutlet) => ({
    next: leaveOutletWork(found, work, { now: clock.now(), ...end }),
    result: undefined,
  }));
}
