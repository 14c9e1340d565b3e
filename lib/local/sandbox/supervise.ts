import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StageLimits } from '../../domain/stage.ts';
import { endTree, send } from './end-tree.ts';
import type { Running } from './launch.ts';
import type { Ending } from './options.ts';
import { memoryOf } from './process-table.ts';
import { membersOf } from './tree.ts';

/** Between two looks at the processes of a sandbox. */
const sampleMs = 500;
/** Between the request to end and the kill. */
const graceMs = 5_000;
/** setTimeout takes no more. */
const longestMs = 2 ** 31 - 1;
/** A set-up of many large packages needs some of it. */
const usualDiskBytes = 20 * 1024 ** 3;

/**
 * Waits for the end of a sandbox, or brings it about; afterwards none of its processes is left. `folder` is on the disk
 * that it writes to.
 */
export async function supervise(
  running: Running,
  limits: StageLimits,
  signal: AbortSignal,
  folder: string,
): Promise<Ending & { readonly gone: boolean }> {
  const over = new AbortController();
  try {
    const ending = await Promise.race([
      exitOf(running),
      deadlineOf(limits, over.signal),
      overLimit(running, limits, over.signal, folder),
      overflowOf(running, limits),
      abortOf(signal, over.signal),
    ]);
    over.abort();
    if (ending.ended === 'deadline' || ending.ended === 'aborted') await askToEnd(running);
    const { gone } = await endTree(running.tree);
    return { ...ending, gone };
  } finally {
    over.abort();
    await running.log.close();
  }
}

async function exitOf({ exited }: Running): Promise<Ending> {
  const { code, signal } = await exited;
  return { ended: 'exited', detail: signal ? `ended by ${signal}` : `exit code ${code}` };
}

async function deadlineOf(limits: StageLimits, over: AbortSignal): Promise<Ending> {
  await pause(Math.min(limits.wallMs, longestMs), over);
  return { ended: 'deadline', detail: `not done after ${limits.wallMs / 1000} s` };
}

async function overflowOf({ log }: Running, limits: StageLimits): Promise<Ending> {
  await log.overflowed;
  return { ended: 'limit', detail: `more than ${limits.outputBytes} bytes of output` };
}

function abortOf(signal: AbortSignal, over: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    const stop = () => resolve({ ended: 'aborted', detail: 'asked to stop' });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over });
  });
}

/** Looks at memory, disk and number of processes until one is over its limit. */
async function overLimit(
  { tree }: Running,
  limits: StageLimits,
  over: AbortSignal,
  folder: string,
): Promise<Ending> {
  const { diskBytes = usualDiskBytes } = limits;
  const free = freeBytes(folder);
  for (;;) {
    await pause(sampleMs, over);
    if (free - freeBytes(folder) > diskBytes) {
      return { ended: 'limit', detail: `more than ${diskBytes / 1024 ** 2} MiB of disk` };
    }
    const members = membersOf(tree);
    if (members.length > limits.processes) {
      return { ended: 'limit', detail: `more than ${limits.processes} processes` };
    }
    const memory = members.reduce((sum, entry) => sum + memoryOf(entry), 0);
    if (memory > limits.memoryBytes) {
      return {
        ended: 'limit',
        detail: `more than ${limits.memoryBytes / 1024 ** 2} MiB of memory`,
      };
    }
  }
}

/** Others write to the disk as well: the limit is wide, and what is left for them is what counts. */
function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Never resolves once `over` is aborted: whoever waits has lost the race. */
async function pause(ms: number, over: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: over });
  } catch {
    await new Promise<never>(() => undefined);
  }
}

/** Lets the harness end by itself for a while. */
async function askToEnd({ child, tree, exited }: Running): Promise<void> {
  child.stdin?.end();
  send(-tree.root.pid, 'SIGTERM');
  const grace = new AbortController();
  await Promise.race([
    exited,
    sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined),
  ]);
  grace.abort();
}
