import { setImmediate } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { noOutlet, type Outlet } from '../../lib/domain/outlet.ts';
import type { PauseStore, RunStore } from '../../lib/domain/ports.ts';
import { bringDown, bringUp, type KeeperOptions, tend } from '../../lib/services/keep-outlet.ts';

const kinds = ['logs', 'images', 'proxy'] as const;
interface Part {
  readonly kind: (typeof kinds)[number];
  fence: number;
  state: 'coming' | 'there' | 'going';
}
/** What a process does. */
export type Work = 'bring up' | 'tend' | 'bring down';
const capMs = 100 * 3_600_000;

/** What a call takes no longer than: far less than a lease. */
const callMs = 30_000;

/** A process that stands still before and after each of its calls, until it is let go on. */
interface Process {
  goOn?: (() => void) | undefined;
  busy: boolean;
}

/** A cloud whose parts come and go by and by, the one record, a clock, and processes that can die at any call. */
export class OutletWorld {
  now = Date.parse('2026-11-24T12:00:00Z');
  runs = 0;
  /** What those runs are. */
  status: 'queued' | 'running' = 'running';
  paused = false;
  record: Outlet | undefined;
  #parts: Part[] = [];
  /** In milliseconds, for how long there was anything to be paid for. */
  #paid = 0;
  readonly #processes: Process[];

  constructor(processes: number) {
    this.#processes = Array.from({ length: processes }, () => ({ busy: false }));
  }

  get phase(): Outlet['phase'] {
    return (this.record ?? noOutlet).phase;
  }

  /** How many of its parts cost at present. */
  get standing(): number {
    return this.#parts.length;
  }

  /** A process that nobody interrupts. */
  get undisturbed(): KeeperOptions & { readonly pauses: Pick<PauseStore, 'get'> } {
    return this.#options('undisturbed', async () => {});
  }

  pass(ms: number): void {
    this.now += ms;
    if (this.#parts.length > 0) this.#paid += ms;
  }

  /** Something happens in the cloud: what was asked for comes, or has gone. */
  happen(): void {
    const part = this.#parts.find(({ state }) => state !== 'there');
    if (part?.state === 'coming') part.state = 'there';
    else this.#parts = this.#parts.filter((one) => one !== part);
  }

  begin(n: number, what: Work): void {
    const process = this.#process(n);
    if (process.busy) return;
    process.busy = true;
    const options = this.#options(`p-${n}-${this.now}`, () => this.#turn(process));
    const ended = () => {
      process.busy = false;
    };
    void this.#work(options, what).then(ended, ended);
  }

  async goOn(n: number): Promise<void> {
    const { goOn } = this.#process(n);
    this.#process(n).goOn = undefined;
    goOn?.();
    await setImmediate();
    this.#look();
  }

  /** Its call was or was not done; it never learns. */
  die(n: number): void {
    const place = n % this.#processes.length;
    this.#processes[place] = { busy: false };
  }

  /** All die; one that works undisturbed brings it to rest, wanted or not. */
  async rest(wanted: boolean): Promise<void> {
    for (const n of this.#processes.keys()) this.die(n);
    this.runs = wanted ? 1 : 0;
    this.paused = false;
    this.pass(wanted ? 3 * 60_000 : 15 * 60_000);
    await this.#work(
      this.#options('last', async () => {}),
      'tend',
    );
    const { phase, address } = this.record ?? noOutlet;
    expect(phase).toBe(wanted ? 'ready' : 'absent');
    expect(address).toBe(wanted ? 'proxy' : undefined);
    expect(this.#parts.map(({ kind }) => kind).sort()).toEqual(wanted ? [...kinds].sort() : []);
  }

  /** The record never says less than what is paid for. */
  expectPaid(): void {
    const { ms, since = this.now } = (this.record ?? noOutlet).stood;
    expect(ms + this.now - since).toBeGreaterThanOrEqual(this.#paid);
  }

  #process(n: number): Process {
    return this.#processes[n % this.#processes.length] as Process;
  }

  #turn(process: Process): Promise<void> {
    return new Promise((resolve) => {
      process.goOn = resolve;
    });
  }

  #work(options: OutletWorld['undisturbed'], what: Work) {
    const giveUpAt = this.now + 20 * 60_000;
    if (what === 'bring up') return bringUp(options, giveUpAt);
    if (what === 'bring down') return bringDown(options, giveUpAt);
    const runs: Pick<RunStore, 'list'> = {
      list: async ({ status } = {}) =>
        Array.from({ length: status?.includes(this.status) ? this.runs : 0 }) as never,
    };
    return tend({ ...options, runs }, giveUpAt);
  }

  #options(holder: string, turn: () => Promise<void>): OutletWorld['undisturbed'] {
    const call = async <T>(work: () => T): Promise<T> => {
      const at = this.now;
      await turn();
      if (this.now - at > callMs) throw new Error('no answer in time');
      const result = work();
      await turn();
      return result;
    };
    return {
      store: {
        get: () => call(() => this.record),
        change: (rule) =>
          call(() => {
            const { next, result } = rule(this.record);
            this.record = next ?? this.record;
            return result;
          }),
      },
      parts: {
        make: (fence) => call(() => this.#make(fence)),
        remove: (fence) => call(() => this.#remove(fence)),
      },
      clock: { now: () => this.now },
      wait: (ms) =>
        call(() => {
          this.pass(ms);
          this.happen();
        }),
      pauses: {
        get: async () => (this.paused ? { at: this.now, by: 'maria' } : undefined),
      },
      holder,
      capMs,
    };
  }

  #make(fence: number) {
    for (const part of this.#parts) if (part.state !== 'going') part.fence = fence;
    const missing = kinds.find((kind) => !this.#parts.some((part) => part.kind === kind));
    if (missing !== undefined) this.#parts.push({ kind: missing, fence, state: 'coming' });
    const all = missing === undefined && this.#parts.every(({ state }) => state === 'there');
    return all ? { address: 'proxy' } : {};
  }

  #remove(fence: number) {
    const own = this.#parts.filter((part) => part.fence <= fence);
    const next = own.find(({ state }) => state !== 'going');
    if (next !== undefined) next.state = 'going';
    return { gone: own.length === 0 };
  }

  /** What is said to be ready is there, whole and once. */
  #look(): void {
    const names = this.#parts.map(({ kind }) => kind);
    expect(new Set(names).size).toBe(names.length);
    if (this.record?.phase !== 'ready') return;
    expect(this.#parts.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual(
      kinds.map((kind) => `${kind} there`).sort(),
    );
  }
}
