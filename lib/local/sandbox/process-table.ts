import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:process';

/** One live process. A pid alone may be reused; a pid with its start time is not. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  /** Clock ticks since boot on Linux, a date as `ps` prints it elsewhere: only ever compared. */
  readonly startTime: string;
  /** Bytes; Linux reads it on demand instead (`memoryOf`). */
  readonly rss?: number;
}

const onLinux = platform === 'linux';

/** All live processes by pid; those that only wait to be collected are left out. */
export function processTable(): ReadonlyMap<number, ProcessEntry> {
  const entries = onLinux ? fromProc() : fromPs();
  return new Map(entries.map((entry) => [entry.pid, entry]));
}

/** When the process started, or undefined where there is none alive. */
export function startTimeOf(pid: number): string | undefined {
  if (onLinux) return statOf(pid)?.startTime;
  return processTable().get(pid)?.startTime;
}

/** Whether that very process, not a later one with its pid, is alive. */
export function isAlive(which: { readonly pid: number; readonly startTime: string }): boolean {
  return startTimeOf(which.pid) === which.startTime;
}

/** Whether a process is older than another, so that it was not started by it; false where that can't be told. */
export function isOlder(
  process: Pick<ProcessEntry, 'startTime'>,
  than: Pick<ProcessEntry, 'startTime'>,
): boolean {
  return onLinux && Number(process.startTime) < Number(than.startTime);
}

/** A variable of the process's environment at its start; undefined where it can't be read. */
export function variableOf(pid: number, name: string): string | undefined {
  if (!onLinux) return undefined;
  const found = read(`/proc/${pid}/environ`)
    ?.split('\0')
    .find((line) => line.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Bytes of memory that are the process's own: pages of files it maps are not counted. */
export function memoryOf(entry: ProcessEntry): number {
  if (!onLinux) return entry.rss ?? 0;
  const status = read(`/proc/${entry.pid}/status`) ?? '';
  const parts = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  return parts.reduce((sum, part) => sum + Number(part[1]) * 1024, 0);
}

/** Changes at each boot, so that pids recorded before one are known to be gone. */
export function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function fromProc(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((entry) => entry !== undefined);
}

/** proc(5): the command in parentheses may hold anything, so fields count from the last `)`. */
function statOf(pid: number): ProcessEntry | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [state, ppid, pgid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[16];
  if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
  return { pid, ppid: Number(ppid), pgid: Number(pgid), startTime };
}

function fromPs(): ProcessEntry[] {
  const columns = 'pid=,ppid=,pgid=,rss=,state=,lstart=';
  const out = execFileSync('ps', ['-axo', columns], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  return out.split('\n').flatMap((line) => {
    const [pid, ppid, pgid, rss, state, ...started] = line.trim().split(/\s+/);
    if (state === undefined || state.startsWith('Z')) return [];
    const ids = { pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid) };
    return [{ ...ids, rss: Number(rss) * 1024, startTime: started.join(' ') }];
  });
}

/** Processes end while they are looked at, and some are not ours to read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
