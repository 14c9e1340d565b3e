import { readFileSync } from 'node:fs';

const everyMs = 50;

/**
 * Watches the processes below a process whose command line holds the text, while the process lives. The result
 * gives the largest peak (VmHWM, in bytes) and ends the watch.
 */
export function peakBelow(pid: number, text: string): () => number {
  let peak = 0;
  const look = () => {
    for (const child of below(pid)) {
      if (commandOf(child).includes(text)) peak = Math.max(peak, peakMemory(child));
    }
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    if (peak === 0) throw new Error(`nothing below ${pid} ran ${text}`);
    return peak;
  };
}

/** The most memory that a process has had so far, in bytes; 0 where it is gone. */
export function peakMemory(pid: number): number {
  return statusOf(pid, /^VmHWM:\s*(\d+) kB$/m);
}

/** The memory that a process has now, in bytes; 0 where it is gone. */
export function memoryOf(pid: number): number {
  return statusOf(pid, /^VmRSS:\s*(\d+) kB$/m);
}

function statusOf(pid: number, line: RegExp): number {
  return Number(line.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Behind a boundary the harness is a child of what sets the boundary up. */
function below(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...below(child)]);
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
