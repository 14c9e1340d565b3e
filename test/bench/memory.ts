import { readFileSync } from 'node:fs';

const everyMs = 50;

/**
 * Watches the children of a process whose command line holds the text, while the process lives. The result
 * gives the largest peak (VmHWM, in bytes) and ends the watch.
 */
export function peakOfChildren(pid: number, text: string): () => number {
  let peak = 0;
  const look = () => {
    for (const child of childrenOf(pid)) {
      if (commandOf(child).includes(text)) peak = Math.max(peak, peakMemory(child));
    }
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    if (peak === 0) throw new Error(`no child of ${pid} ran ${text}`);
    return peak;
  };
}

/** The most memory that a process has had so far, in bytes; 0 where it is gone. */
export function peakMemory(pid: number): number {
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`));
  return Number(found?.[1] ?? 0) * 1024;
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
