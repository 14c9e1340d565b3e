import { expect } from '@jest/globals';
import { clockSkewMs } from '../../../lib/domain/claim.ts';
import type { Station } from './station.ts';

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
    for (const { station, offset } of this.actors) {
      const holders = await this.#kind.holders(station, this.now + offset);
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
    for (const one of this.actors) if (one.holder === actor.holder) one.until = undefined;
    this.#ends.delete(actor.holder);
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
