import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Which processes a command has left behind. */
export interface Strays {
  /** Value of `SANDBOX_ID` in their environment. */
  readonly marker?: string | undefined;
  /**
   * Every process in a pid namespace below this process's own: right only where all of them are the command's. On the
   * machine itself none is meant: those there are containers of others.
   */
  readonly nested?: boolean;
  /** Every process of this user, where that is not the user of this process. */
  readonly user?: number | undefined;
}

/** Rounds of `endStrays`; with its pauses they take at most about five seconds. */
const rounds = 40;

interface Entry {
  readonly pid: number;
  readonly ppid: number;
  readonly user: number;
  readonly nested: boolean;
}

/**
 * Kills what a command left running until none of it is there: daemons in sessions of their own, and their
 * descendants. Never this process or one it descends from. They are stopped before they are killed, so that
 * none starts another in between. Does nothing where there is no /proc.
 */
export async function endStrays(which: Strays): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const found = straysOf(which);
    if (found.length === 0) return;
    for (const pid of found) send(pid, 'SIGSTOP');
    for (const pid of found) send(pid, 'SIGKILL');
    await sleep(Math.min(2 * (round + 1), 150));
  }
}

/** Linux gives the machine's own pid namespace this number (PROC_PID_INIT_INO in proc_ns.h). */
const machine = 'pid:[4026531836]';

function isOnMachine(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === machine;
  } catch {
    return true;
  }
}

function straysOf(which: Strays): number[] {
  const ownsNested = which.nested === true && !isOnMachine();
  const table = new Map(processes().map((entry) => [entry.pid, entry]));
  const kept = lineOf(process.pid, table);
  const found = new Set<number>();
  for (const { pid, user, nested } of table.values()) {
    if (kept.has(pid)) continue;
    const isTold = user === which.user || (ownsNested && nested);
    if (isTold || (which.marker !== undefined && markerOf(pid) === which.marker)) found.add(pid);
  }
  // One that emptied its environment is told by what started it, as long as that lives.
  for (const { pid } of table.values()) {
    const above = [...lineOf(pid, table)];
    if (!kept.has(pid) && above.some((one) => found.has(one))) found.add(pid);
  }
  return [...found];
}

/** A process and those it descends from. */
function lineOf(pid: number, table: ReadonlyMap<number, Entry>): Set<number> {
  const line = new Set<number>();
  for (let at = pid; at > 0 && !line.has(at); at = table.get(at)?.ppid ?? 0) line.add(at);
  return line;
}

/** Live processes; those that only wait to be collected are left out. proc_pid_status(5) has the fields. */
function processes(): Entry[] {
  return names('/proc').flatMap((name) => {
    const status = /^\d+$/.test(name) ? read(`/proc/${name}/status`) : undefined;
    if (status === undefined) return [];
    const field = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    if (/^[ZX]/.test(field('State'))) return [];
    // One number for each namespace from ours downwards. The dying keep it, unlike their environment.
    const nested = field('NSpid').trim().split(/\s+/).length > 1;
    const user = Number(field('Uid').split(/\s+/)[0]);
    return [{ pid: Number(name), ppid: Number(field('PPid')), user, nested }];
  });
}

function markerOf(pid: number): string | undefined {
  const line = read(`/proc/${pid}/environ`)
    ?.split('\0')
    .find((one) => one.startsWith('SANDBOX_ID='));
  return line?.slice('SANDBOX_ID='.length);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, or not ours to end, which the next round finds out.
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processes end while they are looked at, and some are not ours to read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
