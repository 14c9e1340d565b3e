import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../domain/run.ts';
import { dispatch } from '../../services/dispatcher.ts';
import { sweep } from '../../services/sweep.ts';
import { giveUp, type RunnerOptions, walkRun } from '../runner/runner.ts';

/** What the worker does beside walking: `drain` turns the inbox into queued runs. */
export interface WorkerOptions extends RunnerOptions {
  readonly capacity: number;
  /** Only this run is started and walked; otherwise all are. */
  readonly only?: string;
  readonly drain?: () => Promise<unknown>;
  /** How often the stores are looked at, in milliseconds. */
  readonly pollMs?: number;
}

/** The loop of one server process. */
export interface Worker {
  /** Looks again now rather than at the next poll. */
  wake(): void;
  /** Stops walking at the next step; what is unfinished is gone on with by the next start. */
  stop(): Promise<void>;
}

/** Starts queued runs, walks running ones, and takes over those whose runner is gone. */
export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const active = new Map<string, Promise<void>>();
  let wake = () => {};
  const turn = async () => {
    await options.drain?.();
    const only = options.only === undefined ? {} : { only: options.only };
    await sweep(options.ports, only);
    const definition = options.definitions.present.digest;
    await dispatch(options.ports, { capacity: options.capacity, definition, ...only });
    for (const run of await options.ports.runs.list({ status: ['running'] })) {
      if (active.has(run.id) || (options.only ?? run.id) !== run.id) continue;
      active.set(
        run.id,
        walkOne(options, run, stopping.signal, () => active.delete(run.id)),
      );
    }
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await turn().catch((error: unknown) => options.log(`worker: ${String(error)}`));
      await Promise.race([woken, sleep(options.pollMs ?? 500, undefined, { ref: false })]);
    }
  };
  const ended = loop();
  return {
    wake: () => wake(),
    stop: async () => {
      stopping.abort();
      wake();
      await ended;
      await Promise.all(active.values());
    },
  };
}

/** A run that fails to be walked this often is ended, so that none is tried for ever. */
const walkTries = 5;
const pauseMs = 1_000;

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
        await giveUp(options, run, error as Error).catch((why: unknown) =>
          options.log(`${run.id}: could not be ended: ${String(why)}`),
        );
        break;
      }
      await sleep(pauseMs * tried, undefined, { ref: false });
    }
  }
  done();
}
