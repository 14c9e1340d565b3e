import { expect } from '@jest/globals';
import { claimLeaseMs, clockSkewMs } from '../../../lib/domain/claim.ts';
import { ClaimHeld } from '../../../lib/domain/errors.ts';
import { event } from '../examples.ts';
import { freshScope, type Station, StationGone } from './station.ts';

export type ClaimCall = 'acquire' | 'heartbeat' | 'release' | 'cancel';
interface Pending {
  readonly call: ClaimCall;
  readonly at: number;
  readonly fence: number | undefined;
}
interface Actor {
  readonly station: Station;
  readonly run: string;
  readonly offset: number;
  /** What this process was told last, by its own clock. */
  held?: { readonly fence: number; readonly until: number } | undefined;
  pending?: Pending | undefined;
}
/** The newest fence, to whom it was given, what stands of it, and the longest lease given under it. */
interface Top {
  readonly fence: number;
  readonly run: string;
  free: boolean;
  cancelled: boolean;
  longest: number;
}
type Answer = { readonly fence?: number; readonly until?: number; readonly error?: unknown };

/**
 * Several processes of a few runs that want one claim. It knows the true time, which none of them does, and
 * what each was told; after every answer it says whether the store kept its word.
 */
export class ClaimWorld {
  readonly key: string;
  readonly actors: Actor[];
  now = 1_000_000;
  #top: Top = { fence: 0, run: '', free: true, cancelled: false, longest: 0 };

  constructor(stations: readonly Station[], offsets: readonly number[]) {
    const scope = freshScope();
    this.key = `local:/${scope}#1`;
    // The first two are processes of one run, such as its runner and another server's gateway.
    this.actors = stations.map((station, n) => ({
      station,
      run: `r-${scope}-${Math.max(0, n - 1)}`,
      offset: offsets[n] ?? 0,
    }));
  }

  /** Time goes on until so many milliseconds after the end of a lease, by the holder's clock. */
  outlast(n: number, ms: number): void {
    const { held, offset } = this.#actor(n);
    this.now = Math.max(this.now, (held?.until ?? 0) - offset + ms);
  }

  /** Carries a call out now, or only reads the clock for it and leaves it on its way. */
  async ask(n: number, call: ClaimCall, delayed: boolean): Promise<void> {
    const actor = this.#actor(n);
    if (actor.pending !== undefined) return;
    const pending = { call, at: this.now + actor.offset, fence: actor.held?.fence };
    if (delayed) actor.pending = pending;
    else this.#judge(actor, pending, await this.#send(actor, pending));
    await this.look();
  }

  async deliver(n: number): Promise<void> {
    const actor = this.#actor(n);
    const { pending } = actor;
    if (pending === undefined) return;
    actor.pending = undefined;
    this.#judge(actor, pending, await this.#send(actor, pending));
    await this.look();
  }

  /** The process dies; a call on its way may still arrive, but nobody hears the answer. */
  async crash(n: number, arrives: boolean): Promise<void> {
    const actor = this.#actor(n);
    if (arrives) await this.deliver(n);
    actor.pending = undefined;
    actor.held = undefined;
    await actor.station.crash();
  }

  /** The process dies within a call. What the call left behind is all of what it does, or nothing. */
  async dieIn(n: number, call: ClaimCall, touch: number): Promise<void> {
    const actor = this.#actor(n);
    const { station } = actor;
    if (station.dieAt === undefined || actor.pending !== undefined) return this.crash(n, true);
    const pending = { call, at: this.now + actor.offset, fence: actor.held?.fence };
    await station.dieAt(touch);
    const answer = await this.#send(actor, pending);
    await station.crash();
    if (answer.error instanceof StationGone) await this.#judgeUnheard(actor, pending);
    else this.#judge(actor, pending, answer);
    actor.held = undefined;
    await this.look();
  }

  /** All ask for the claim at the same moment: over separate processes, a race. */
  async race(): Promise<void> {
    const asking = this.actors.filter(({ pending }) => pending === undefined);
    const calls = asking.map((actor) => ({
      actor,
      pending: { call: 'acquire' as const, at: this.now + actor.offset, fence: undefined },
    }));
    const answers = await Promise.all(
      calls.map(async ({ actor, pending }) => ({
        actor,
        pending,
        answer: await this.#send(actor, pending),
      })),
    );
    const before = this.#top;
    for (const { actor, pending, answer } of answers) {
      if (answer.error === undefined) this.#judge(actor, pending, answer);
    }
    for (const { actor, pending, answer } of answers) {
      // Refused by who held it before the race, or by who won it.
      if (answer.error !== undefined) this.#refused(actor, pending.at, answer.error, before);
    }
    await this.look();
  }

  /** What everybody sees: the newest fence and its owner. */
  async look(): Promise<void> {
    const { fence, run, free } = this.#top;
    const seen = this.actors.map(({ station }) => station.stores.claims.get(this.key));
    for (const claim of await Promise.all(seen)) {
      expect(claim?.fence ?? 0).toBe(fence);
      expect(claim?.owner).toBe(free ? undefined : run);
    }
  }

  /** Each change of owner was told once, to the new owner. */
  async end(): Promise<void> {
    for (const n of this.actors.keys()) await this.deliver(n);
    const runs = [...new Set(this.actors.map(({ run }) => run))];
    const ledger = this.#actor(0).station.stores.ledger;
    const told = (await Promise.all(runs.map((run) => ledger.events(run)))).flat();
    expect(told.filter(({ kind }) => kind === 'claim.acquired')).toHaveLength(this.#top.fence);
  }

  #actor(n: number): Actor {
    const actor = this.actors[n % this.actors.length];
    if (actor === undefined) throw new Error('a world without actors');
    return actor;
  }

  async #send({ station, run }: Actor, { call, at, fence = 0 }: Pending): Promise<Answer> {
    const { claims } = station.stores;
    const { key } = this;
    const request = { key, run, now: at, until: at + claimLeaseMs };
    try {
      if (call === 'acquire') {
        const claim = await claims.acquire(request, [event('claim.acquired')]);
        return { fence: claim.fence, until: claim.leaseUntil ?? 0 };
      }
      if (call === 'heartbeat') {
        const claim = await claims.heartbeat({ ...request, fence });
        return { fence: claim.fence, until: claim.leaseUntil ?? 0 };
      }
      if (call === 'release') await claims.release(key, run, fence, []);
      else await claims.requestCancel(key, run, at, []);
      return {};
    } catch (error) {
      return { error };
    }
  }

  #judge(actor: Actor, { call, at, fence }: Pending, answer: Answer): void {
    const current = !this.#top.free && this.#top.run === actor.run;
    if (call === 'acquire') this.#acquired(actor, at, answer);
    else if (call === 'heartbeat')
      this.#beaten(actor, current && fence === this.#top.fence, answer);
    else {
      expect(answer.error).toBeUndefined();
      if (call === 'cancel' && current) this.#top.cancelled = true;
      if (call === 'release' && current && fence === this.#top.fence) this.#freed(actor.run);
    }
  }

  /** Nobody heard the answer: what the store says since is judged as if it were one. */
  async #judgeUnheard(actor: Actor, pending: Pending): Promise<void> {
    const claim = await actor.station.stores.claims.get(this.key);
    const own = claim?.owner === actor.run;
    const { call, at } = pending;
    const { fence = 0, leaseUntil: until = 0 } = claim ?? {};
    if (call === 'acquire' && own) this.#acquired(actor, at, { fence, until });
    else if (call === 'heartbeat' && own) this.#top.longest = Math.max(this.#top.longest, until);
    else if (call === 'release' && claim?.owner === undefined) this.#judge(actor, pending, {});
    else if (call === 'cancel' && claim?.cancelAt !== undefined) this.#judge(actor, pending, {});
  }

  #acquired(actor: Actor, at: number, { fence = 0, until = 0, error }: Answer): void {
    const top = this.#top;
    if (error !== undefined) {
      this.#refused(actor, at, error, top);
      return;
    }
    if (!top.free && top.run === actor.run) {
      expect(fence).toBe(top.fence);
      top.longest = Math.max(top.longest, until);
    } else {
      expect(fence).toBe(top.fence + 1);
      for (const other of this.actors) {
        if (other.run !== actor.run && this.#live(other)) {
          throw new Error(`fence ${fence} was given while ${other.run} holds ${other.held?.fence}`);
        }
      }
      this.#top = { fence, run: actor.run, free: false, cancelled: false, longest: until };
    }
    actor.held = { fence, until };
  }

  /** Only a holder refuses, and for no longer than the lease it was given and the clocks' difference. */
  #refused(actor: Actor, at: number, error: unknown, before: Top): void {
    const { name, holder } = error as { name?: string; holder?: string };
    expect(name).toBe(ClaimHeld.name);
    const held = [before, this.#top].find(({ run, free }) => !free && run === holder);
    expect(held).toBeDefined();
    expect(holder).not.toBe(actor.run);
    expect(at).toBeLessThanOrEqual((held?.longest ?? 0) + clockSkewMs);
  }

  /** Success is the leave to write: only ever given to the newest fence. */
  #beaten(actor: Actor, current: boolean, { until = 0, error }: Answer): void {
    const { name } = (error ?? {}) as { name?: string };
    if (!current) {
      expect(name).toBe('FenceStale');
      actor.held = undefined;
    } else if (this.#top.cancelled) expect(name).toBe('Cancelled');
    else {
      expect(error).toBeUndefined();
      this.#top.longest = Math.max(this.#top.longest, until);
      actor.held = { fence: this.#top.fence, until };
    }
  }

  /** A run releases for all its processes: whichever still runs is a past owner. */
  #freed(run: string): void {
    this.#top.free = true;
    for (const actor of this.actors) {
      if (actor.run === run && actor.held !== undefined) actor.held = { ...actor.held, until: 0 };
    }
  }

  #live({ held, offset }: Actor): boolean {
    return held !== undefined && this.now + offset <= held.until;
  }
}
