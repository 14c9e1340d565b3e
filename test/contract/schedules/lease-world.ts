import { expect } from '@jest/globals';
import { clockSkewMs } from '../../../lib/domain/claim.ts';
import { type Station, StationGone } from './station.ts';

/** Runner leases and slots alike: leases with a name, of which a number may stand. */
export interface LeaseKind {
  readonly lengthMs: number;
  /** So much longer a lapsed lease is left alone by others. */
  readonly skewMs: number;
  take(station: Station, holder: string, now: number, until: number): Promise<boolean>;
  release(station: Station, holder: string): Promise<void>;
  holders(station: Station, now: number): Promise<readonly string[]>;
}
interface Pending {
  readonly call: LeaseCall;
  readonly at: number;
}
interface Actor {
  readonly station: Station;
  readonly holder: string;
  readonly offset: number;
  /** Until when this process was told that the lease is its, by its own clock. */
  until?: number | undefined;
  pending?: Pending | undefined;
}
export type LeaseCall = 'take' | 'release';

/**
 * Processes that want leases. One counts on its lease up to `clockSkewMs` before its end by its own clock,
 * and renews it before that: then no process whose clock is ahead can have taken it. Where others leave a lapsed
 * lease alone that long, it counts on it up to its end.
 */
export class LeaseWorld {
  readonly actors: Actor[];
  now = 1_000_000;
  readonly #kind: LeaseKind;
  readonly #capacity: number;
  /** The latest end that a holder was given, which is as long as others may have to wait. */
  readonly #ends = new Map<string, number>();

  constructor(
    stations: readonly Station[],
    offsets: readonly number[],
    { kind, capacity, shared }: { kind: LeaseKind; capacity: number; shared: boolean },
  ) {
    this.#kind = kind;
    this.#capacity = capacity;
    this.actors = stations.map((station, n) => ({
      station,
      // A slot's holder is a run, for which two processes may act.
      holder: `h-${shared ? Math.max(0, n - 1) : n}`,
      offset: offsets[n] ?? 0,
    }));
  }

  /** Time goes on until so many milliseconds after the end of a lease, by the holder's clock. */
  outlast(n: number, ms: number): void {
    const { until = 0, offset } = this.#actor(n);
    this.now = Math.max(this.now, until - offset + ms);
  }

  async ask(n: number, call: LeaseCall, delayed: boolean): Promise<void> {
    const actor = this.#actor(n);
    if (actor.pending !== undefined) return;
    actor.pending = { call, at: this.now + actor.offset };
    if (!delayed) await this.deliver(n);
  }

  async deliver(n: number): Promise<void> {
    const actor = this.#actor(n);
    const { pending } = actor;
    if (pending === undefined) return;
    actor.pending = undefined;
    if (pending.call === 'release') await this.#release(actor);
    else {
      const until = pending.at + this.#kind.lengthMs;
      const taken = await this.#kind.take(actor.station, actor.holder, pending.at, until);
      if (taken) this.#taken(actor, pending.at);
      else this.#refused(actor, pending.at, this.#counted());
    }
    await this.look();
  }

  async crash(n: number, arrives: boolean): Promise<void> {
    const actor = this.#actor(n);
    if (arrives) await this.deliver(n);
    actor.pending = undefined;
    actor.until = undefined;
    await actor.station.crash();
  }

  /** The process dies within a call. What the call left behind is all of what it does, or nothing. */
  async dieIn(n: number, call: LeaseCall, touch: number): Promise<void> {
    const actor = this.#actor(n);
    const { station, holder } = actor;
    if (station.dieAt === undefined || actor.pending !== undefined) return this.crash(n, true);
    const at = this.now + actor.offset;
    const until = at + this.#kind.lengthMs;
    const before = await this.#kind.holders(station, at);
    await station.dieAt(touch);
    const asked =
      call === 'take'
        ? this.#kind.take(station, holder, at, until)
        : this.#kind.release(station, holder);
    const heard = await asked.catch(unlessGone);
    await station.crash();
    if (heard === true) this.#taken(actor, at);
    if (heard === false) this.#refused(actor, at, this.#counted());
    actor.until = undefined;
    const after = await this.#kind.holders(station, at);
    const others = before.filter((other) => other !== holder);
    expect(after.filter((other) => other !== holder)).toEqual(others);
    const mine = after.includes(holder);
    if (call === 'take' && mine)
      this.#ends.set(holder, Math.max(this.#ends.get(holder) ?? 0, until));
    // Of a lease that had lapsed nobody can see whether it was released as well.
    const freed = call === 'release' && (heard !== 'gone' || (before.includes(holder) && !mine));
    if (freed) {
      expect(mine).toBe(false);
      this.#forget(holder);
    }
    await this.look();
  }

  /** All ask at the same moment: over separate processes, a race. */
  async race(): Promise<void> {
    const asking = this.actors.filter(({ pending }) => pending === undefined);
    const answers = await Promise.all(
      asking.map(async (actor) => {
        const at = this.now + actor.offset;
        const until = at + this.#kind.lengthMs;
        return { actor, at, taken: await this.#kind.take(actor.station, actor.holder, at, until) };
      }),
    );
    const before = this.#counted();
    for (const { actor, at } of answers.filter(({ taken }) => taken)) this.#taken(actor, at);
    // Who was refused may have been so before another process of the same run had its answer.
    const after = this.#counted().filter((holder) => before.includes(holder));
    for (const { actor, at } of answers.filter(({ taken }) => !taken)) {
      this.#refused(actor, at, after);
    }
    await this.look();
  }

  /** By nobody's clock do more hold a lease than may. */
  async look(): Promise<void> {
    const seen = this.actors.map(({ station, offset }) =>
      this.#kind.holders(station, this.now + offset),
    );
    for (const holders of await Promise.all(seen)) {
      expect(holders.length).toBeLessThanOrEqual(this.#capacity);
    }
  }

  #actor(n: number): Actor {
    const actor = this.actors[n % this.actors.length];
    if (actor === undefined) throw new Error('a world without actors');
    return actor;
  }

  /** Frees the actor's own lease and no other. */
  async #release(actor: Actor): Promise<void> {
    const now = this.now + actor.offset;
    const before = await this.#kind.holders(actor.station, now);
    await this.#kind.release(actor.station, actor.holder);
    expect(await this.#kind.holders(actor.station, now)).toEqual(
      before.filter((holder) => holder !== actor.holder),
    );
    this.#forget(actor.holder);
  }

  /** Neither its processes nor others count on its lease any more. */
  #forget(holder: string): void {
    for (const one of this.actors) if (one.holder === holder) one.until = undefined;
    this.#ends.delete(holder);
  }

  #taken(actor: Actor, at: number): void {
    const { holder } = actor;
    actor.until = at + this.#kind.lengthMs;
    this.#ends.set(holder, Math.max(this.#ends.get(holder) ?? 0, actor.until));
    expect(this.#counted().length).toBeLessThanOrEqual(this.#capacity);
  }

  /** Who renews in time keeps its lease; a new one waits only for leases that stand. */
  #refused(actor: Actor, at: number, counted: readonly string[]): void {
    const { holder } = actor;
    expect(counted).not.toContain(holder);
    const looked = at - this.#kind.skewMs;
    const standing = [...this.#ends].filter(([other, end]) => other !== holder && end >= looked);
    expect(standing.length).toBeGreaterThanOrEqual(this.#capacity);
    actor.until = undefined;
  }

  /** Who counts on a lease now. */
  #counted(): string[] {
    const sure = this.actors.filter(
      ({ until = 0, offset }) => this.now + offset <= until - clockSkewMs + this.#kind.skewMs,
    );
    return [...new Set(sure.map(({ holder }) => holder))];
  }
}

function unlessGone(error: unknown): 'gone' {
  if (error instanceof StationGone) return 'gone';
  throw error;
}
