import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../domain/run.ts';
import { dispatch } from '../../services/dispatcher.ts';
import { sweep } from '../../services/sweep.ts';
import { giveUp, type RunnerOptions, walkRun } from '../runner/runner.ts';
import { type Repeated, repeat } from './repeat.ts';

/** What the worker needs beside what walking does. */
export interface WorkerOptions extends RunnerOptions {
  readonly capacity: number;
  /** Only this run is started and walked; otherwise all are. */
  readonly only?: string;
  /** Until when a queued run should not begin, in milliseconds since the epoch; undefined: it may. */
  readonly heldUntil?: (run: Run) => number | undefined;
  /** How often the stores are looked at, in milliseconds. */
  readonly pollMs?: number;
  /**
   * Told where a run can be neither walked nor ended, or the stores fail again and again: a full disk, say.
   * The worker goes on trying.
   */
  readonly stuck?: (error: Error) => void;
}

/**
 * Starts queued runs, walks running ones, and takes over those whose runner is gone. Stopped, it stops
 * walking at the next step; what is unfinished is gone on with by the next start.
 */
export function startWorker(options: WorkerOptions): Repeated {
  const stopping = new AbortController();
  const active = new Map<string, Promise<void>>();
  const heldUntil = holder(options);
  const turn = async () => {
    const only = options.only === undefined ? {} : { only: options.only };
    const { skewMs = 0 } = options;
    await sweep(options.ports, { ...only, skewMs });
    const definition = options.definitions.present.digest;
    await dispatch(options.ports, { capacity: options.capacity, definition, heldUntil, ...only });
    for (const run of await options.ports.runs.list({ status: ['running'] })) {
      if (active.has(run.id) || (options.only ?? run.id) !== run.id) continue;
      active.set(
        run.id,
        walkOne(options, run, stopping.signal, () => active.delete(run.id)),
      );
    }
    return options.pollMs ?? 500;
  };
  const told = failuresIn(turn, options);
  const loop = repeat('worker', told, options.log);
  return {
    wake: loop.wake,
    stop: async () => {
      stopping.abort();
      await loop.stop();
      await Promise.all(active.values());
    },
  };
}

/** Until when a run is held back, if it is; told once for each repository. Undefined where none ever is. */
function holder({ heldUntil, log }: WorkerOptions) {
  if (heldUntil === undefined) return undefined;
  const told = new Map<string, number>();
  return (run: Run): number | undefined => {
    const until = heldUntil(run);
    if (until === undefined) return undefined;
    const { name } = run.repository;
    if (told.get(name) !== until) {
      told.set(name, until);
      const when = new Date(until).toISOString();
      log(`few of GitHub's calls are left for ${name}: queued runs wait until ${when}`);
    }
    return until;
  };
}

/** A run that fails to be walked this often is ended, so that none is tried for ever. */
const walkTries = 5;
const pauseMs = 1_000;

/** The same work; its failing as often in a row is told. */
function failuresIn(work: () => Promise<number>, { stuck }: WorkerOptions) {
  let failed = 0;
  return async () => {
    try {
      const pause = await work();
      failed = 0;
      return pause;
    } catch (error) {
      failed += 1;
      if (failed >= walkTries) stuck?.(error as Error);
      throw error;
    }
  };
}

async function walkOne(options: WorkerOptions, run: Run, signal: AbortSignal, done: () => void) {
  for (let tried = 1; !signal.aborted; tried += 1) {
    try {
      const mine = await walkRun(options, run, signal);
      if (!mine) await sleep(pauseMs, undefined, { ref: false });
      break;
    } catch (error) {
      if (signal.aborted) break;
      options.log(`${run.id}: ${String(error)}`);
      if (tried >= walkTries) {
        await giveUp(options, run, error as Error).catch((why: unknown) => {
          options.log(`${run.id}: could not be ended: ${String(why)}`);
          options.stuck?.(why as Error);
        });
        break;
      }
      await sleep(pauseMs * tried, undefined, { ref: false });
    }
  }
  done();
}
