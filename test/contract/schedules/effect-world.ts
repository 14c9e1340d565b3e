import { expect } from '@jest/globals';
import type { Scheduler } from 'fast-check';
import { claimLeaseMs, clockSkewMs } from '../../../lib/domain/claim.ts';
import { effectKey } from '../../../lib/domain/effect.ts';
import { ForgeFailed } from '../../../lib/domain/errors.ts';
import { issueKeyOf, type Run } from '../../../lib/domain/run.ts';
import { heldPorts, runLease } from '../../../lib/services/lifecycle/alone.ts';
import { type EffectPorts, performEffect } from '../../../lib/services/publisher/perform-effect.ts';
import { aRun } from '../examples.ts';
import { freshScope, type Station } from './station.ts';

/** One process: how its clock is off, when it dies, and which of its writes' answers are lost. */
export interface Life {
  readonly offset: number;
  /** The step it dies at, counted from its start; 0: it lives. */
  readonly diesAt: number;
  /** Before or after that step is done, or within it at so many touches of the storage. */
  readonly dies: 'before' | 'after' | number;
  readonly lostAnswers: readonly boolean[];
  /** How long it takes to look for an earlier write, in tens of seconds. */
  readonly slowFind: number;
}

/** By runners, which walk a run under their lease; or step by step, each alone as in a function that was called for it. */
export type Manner = 'runners' | 'steps';

const runnerLeaseMs = 30_000;
const effects = 2;
class Killed extends Error {}

/**
 * Processes that walk one run in turn and a rival run that wants the issue. The forge is a list: it takes
 * every write it is given, so what is in it twice was written twice.
 */
export class EffectWorld {
  readonly forge: { readonly key: string; readonly run: string }[] = [];
  now = 1_000_000;
  readonly run: Run;
  readonly #rival: Run;
  readonly #ticks: readonly number[];
  readonly #manner: Manner;
  #steps = 0;
  #processes = 0;
  #superseded = false;
  /** What the run wrote after its rival had been let in. */
  readonly #tooLate: string[] = [];

  private constructor(run: Run, rival: Run, ticks: readonly number[], manner: Manner) {
    this.run = run;
    this.#rival = rival;
    this.#ticks = ticks;
    this.#manner = manner;
  }

  /** The run holds its claim, and nothing is written. */
  static async begin(
    { stores }: Station,
    ticks: readonly number[],
    manner: Manner = 'runners',
  ): Promise<EffectWorld> {
    const scope = freshScope();
    const repository = { forge: 'local', name: `/${scope}` } as const;
    const run: Run = { ...aRun(`r-${scope}`), repository, status: 'running', fence: 1 };
    const world = new EffectWorld(run, { ...run, id: `r-${scope}-rival` }, ticks, manner);
    await stores.claims.acquire(world.#request(run, 0), []);
    return world;
  }

  /** Walks the run from wherever others left it, until it is done, has lost the claim, or dies. */
  async walk(station: Station, life: Life, scheduler?: Scheduler): Promise<void> {
    const process = this.#process(station, life, this.#manner, scheduler);
    try {
      for (let tries = 0; tries < 30; tries += 1) {
        if (await process.hold()) {
          const done = await this.#writeAll(process, this.run, life);
          await process.release();
          if (done) return;
        }
        await process.step(async () => {
          this.now += runnerLeaseMs / 6;
        });
      }
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await station.crash();
    }
  }

  /** The rival takes the issue if it may, and then writes as well. */
  async rival(station: Station, life: Life, scheduler?: Scheduler): Promise<void> {
    const process = this.#process(station, { ...life, diesAt: 0 }, 'runners', scheduler);
    for (let tries = 0; tries < 30; tries += 1) {
      await process.step(async () => {});
      const request = this.#request(this.#rival, life.offset);
      const claim = await station.stores.claims.acquire(request, []).catch(() => undefined);
      if (claim === undefined) continue;
      this.#superseded = true;
      await this.#writeAll(process, { ...this.#rival, fence: claim.fence }, life);
      return;
    }
  }

  /** Each effect is in the forge once, known by its receipt and told once; none of a run that lost. */
  async judge({ stores }: Station): Promise<void> {
    expect(this.#tooLate).toEqual([]);
    const written = this.forge.map(({ key }) => key);
    expect(written).toEqual([...new Set(written)]);
    const listed = await stores.effects.list(this.run.id);
    const told = await stores.ledger.events(this.run.id);
    const keysOf = (kind: string) =>
      told.filter((one) => one.kind === kind).map(({ data }) => data?.key);
    const done = listed.filter(({ receipt }) => receipt !== undefined).map(({ key }) => key);
    expect(keysOf('effect.intended')).toEqual(listed.map(({ key }) => key));
    expect(keysOf('effect.done')).toEqual(done);
    expect(written).toEqual(expect.arrayContaining(done));
    if (!this.#superseded) expect(done).toHaveLength(effects);
  }

  #request(run: Run, offset: number) {
    const now = this.now + offset;
    return {
      key: issueKeyOf(run.repository, run.issue),
      run: run.id,
      now,
      until: now + claimLeaseMs,
    };
  }

  /** False where the lease was slept through: another call may do the rest. */
  async #writeAll(process: Process, run: Run, { lostAnswers, slowFind }: Life): Promise<boolean> {
    const { step } = process;
    for (let n = 1; n <= effects; n += 1) {
      const key = effectKey(run.id, 'comment', n);
      const work = {
        find: async () => {
          process.unchecked();
          for (let waited = 0; waited < slowFind; waited += 1) {
            await step(async () => {
              this.now += 10_000;
            });
          }
          return step(async () => this.forge.find((done) => done.key === key));
        },
        act: () => step(async () => this.#write(run, key)),
      };
      const unheard = async () => {
        await work.act();
        throw new ForgeFailed('the answer was lost');
      };
      const tries = lostAnswers[n - 1] === true ? [unheard, work.act] : [work.act];
      for (const act of tries) {
        try {
          await performEffect(process.ports(), run, key, 'comment', { ...work, act });
        } catch (error) {
          const { name } = error as Error;
          if (name === 'FenceStale') return true;
          if (name === 'RunHeld') return false;
          if (name !== 'ForgeFailed') throw error;
        } finally {
          process.unchecked();
        }
      }
    }
    return true;
  }

  #write(run: Run, key: string) {
    // The fence was checked before; by now a newer owner may not have been let in.
    if (run === this.run && this.#superseded) this.#tooLate.push(key);
    const written = { key, run: run.id };
    this.forge.push(written);
    return written;
  }

  /** A process whose every call to a port or the forge may come late, or be its last. */
  #process(station: Station, life: Life, manner: Manner, scheduler?: Scheduler): Process {
    const { stores, dieAt } = station;
    this.#processes += 1;
    const instance = `i-${this.#processes}`;
    const clock = { now: () => this.now + life.offset };
    let calls = 0;
    let count = 0;
    let until = Number.POSITIVE_INFINITY;
    let checked = false;
    let dead = false;
    const runner = {
      stands: () => true,
      take: (now: number, end: number) => stores.runners.lease(this.run.id, instance, now, end),
      release: () => stores.runners.release(this.run.id, instance),
    };
    let lease = runner;
    const hold = async () => {
      const at = clock.now();
      const held = await lease.take(at, at + runnerLeaseMs);
      if (held) until = at + runnerLeaseMs;
      return held;
    };
    // Renewed at a third, as runners and functions do.
    const renew = async () => {
      if (until === Number.POSITIVE_INFINITY) return;
      const asleep = clock.now() + (manner === 'runners' ? clockSkewMs : 0) > until;
      // A runner that slept through its lease counts as killed; a function goes on and must find out by itself, for
      // which it has no chance between its last look and the write.
      if (asleep) dead = manner === 'runners' || checked;
      // Its renewals wake with it.
      if (asleep && !dead) await hold();
      else if (!asleep && clock.now() > until - (2 * runnerLeaseMs) / 3) dead = !(await hold());
    };
    const step: Step = async (work) => {
      // The dead renew nothing, though what they were at goes on here until it throws.
      if (dead) throw new Killed();
      await scheduler?.schedule(Promise.resolve(), instance);
      this.now += this.#ticks[this.#steps % this.#ticks.length] ?? 0;
      this.#steps += 1;
      count += 1;
      await renew();
      const last = count === life.diesAt;
      dead ||= last && life.dies === 'before';
      if (dead) throw new Killed();
      if (last && typeof life.dies === 'number') await dieAt?.(life.dies);
      const working = work();
      if (last) {
        // Whatever came of it, nobody hears.
        await working.catch(() => undefined);
        dead = true;
        throw new Killed();
      }
      return working;
    };
    const looks = {
      stands: () => {
        checked = lease.stands();
        return checked;
      },
    };
    return {
      step,
      hold: () => {
        calls += 1;
        until = Number.POSITIVE_INFINITY;
        const ports = { clock, runners: stores.runners };
        if (manner === 'steps') lease = runLease(ports, this.run.id, `${instance} ${calls}`);
        return hold();
      },
      release: () => lease.release(),
      unchecked: () => {
        checked = false;
      },
      ports: () => heldPorts({ clock, ...stepped(stores, step) }, this.run.id, looks),
    };
  }
}

interface Process {
  readonly step: Step;
  /** Takes the run's lease, as a new call where functions are called. */
  readonly hold: () => Promise<boolean>;
  readonly release: () => Promise<void>;
  /** What was looked at is old by the next write. */
  readonly unchecked: () => void;
  readonly ports: () => EffectPorts;
}

type Step = <T>(work: () => Promise<T>) => Promise<T>;

/** The ports of effects, each call a step. */
function stepped({ claims, effects, ledger }: Station['stores'], step: Step) {
  return {
    claims: eachCall(claims, step),
    effects: eachCall(effects, step),
    ledger: eachCall(ledger, step),
  };
}

function eachCall<Store extends object>(store: Store, step: Step): Store {
  const get = (target: Store, method: string) => {
    const call = Reflect.get(target, method) as (...given: unknown[]) => Promise<unknown>;
    return (...given: unknown[]) => step(() => call(...given));
  };
  return new Proxy(store, { get: (target, method) => get(target, String(method)) });
}
