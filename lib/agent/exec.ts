import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { OutputKeeper } from './output-keeper.ts';
import { endStrays } from './strays.ts';

/** One command to run. Its environment is exactly `env`: nothing is inherited. */
export interface ExecRequest {
  /** A shell line, or a program with its arguments. */
  readonly run: string | readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Bytes of output kept as text, half from its head and half from its tail. */
  readonly outputLimit: number;
  /** Bytes of output after which the command is ended; without it only the time limit ends a flood. */
  readonly floodLimit?: number;
  readonly signal?: AbortSignal;
  /**
   * What the command is started through: an argument list that ends where the command's begins. It must give
   * the command a user of its own, named in `user`; or else a pid namespace of its own, and end all that is in
   * there when it is ended itself.
   */
  readonly wrapper?: readonly string[];
  /** All that this user runs is ended with the command. */
  readonly user?: number | undefined;
  /** Is given standard input, which is else empty; errors of it are no matter. */
  readonly onInput?: (stdin: Writable) => void;
  /** Sees every chunk of the output as it comes. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** What became of a command. Standard output and standard error are one stream, in order. */
export interface ExecResult {
  /** Null where a signal ended the command or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** Ended because of `floodLimit`. */
  readonly flooded: boolean;
  readonly aborted: boolean;
  /** Head and tail, with a note of how much was cut between them. */
  readonly output: string;
  /** SHA-256, hex, of all output. */
  readonly outputDigest: string;
  readonly bytes: number;
}

/** Runs one command to its end. Never throws for what the command does. */
export type Exec = (request: ExecRequest) => Promise<ExecResult>;

const termGraceMs = 2_000;
const killGraceMs = 5_000;
const drainMs = 100;
const closeMs = 1_000;

/** The shell for command lines: bash where the machine has it. */
const shell = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh';

/** The same for the commands of one sandbox's tools. */
export function execIn(sandbox: Pick<ExecRequest, 'wrapper'> & { toolsUser?: number }): Exec {
  const { wrapper = [], toolsUser: user } = sandbox;
  return (request) => exec({ ...request, wrapper, user });
}

/**
 * Runs a command in a session and process group of its own. The group is ended with the command, and so is
 * what left the group for a session of its own: by its user where it has one of its own, with another wrapper by
 * its pid namespace; else, on Linux, by the `SANDBOX_ID` it got in `env`. All count on one command at a time.
 * Without any, such a process is only kept from holding up the result.
 */
export const exec: Exec = async (request) => {
  const started = performance.now();
  const keeper = new OutputKeeper(request.outputLimit);
  const ending = { timedOut: false, flooded: false, aborted: false };
  const finish = (exitCode: number | null, signal: string | null): ExecResult => ({
    exitCode,
    signal,
    durationMs: Math.round(performance.now() - started),
    ...ending,
    ...keeper.finish(),
  });
  if (request.signal?.aborted) {
    ending.aborted = true;
    return finish(null, null);
  }
  let child: ChildProcess;
  try {
    child = start(request);
  } catch (error) {
    keeper.add(Buffer.from(`could not start the command: ${(error as Error).message}\n`));
    return finish(null, null);
  }
  const stop = stopper(child);
  const end = (why: keyof typeof ending) => {
    ending[why] = true;
    stop.begin();
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(() => end('timedOut'), request.timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (child.stdin !== null) {
    child.stdin.on('error', () => undefined);
    request.onInput?.(child.stdin);
  }
  child.stdout?.on('data', (chunk: Buffer) => {
    keeper.add(chunk);
    request.onOutput?.(chunk);
    if (request.floodLimit !== undefined && keeper.bytes > request.floodLimit) end('flooded');
  });
  const ended = await Promise.race([exitOf(child), stop.givenUp]);
  clearTimeout(timer);
  request.signal?.removeEventListener('abort', onAbort);
  stop.done();
  await drain(child);
  await endStrays({
    marker: request.env.SANDBOX_ID || undefined,
    nested: (request.wrapper ?? []).length > 0 && request.user === undefined,
    user: request.user,
  });
  if (ended.error !== undefined) {
    keeper.add(Buffer.from(`could not start the command: ${ended.error.message}\n`));
  }
  return finish(ended.exitCode, ended.signal);
};

interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error?: Error;
}

function start(request: ExecRequest): ChildProcess {
  const argv = typeof request.run === 'string' ? [shell, '-c', request.run] : request.run;
  // One pipe for both streams keeps their order; `exec` leaves no extra process between.
  const wrapper = request.wrapper ?? [];
  // A shell behind the wrapper as well: it is what says 127 of a program that is not there.
  const wrapped =
    wrapper.length === 0 ? argv : [...wrapper, '/bin/sh', '-c', 'exec "$@"', 'sh', ...argv];
  return spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...wrapped], {
    cwd: request.cwd,
    env: { ...request.env },
    detached: true,
    stdio: [request.onInput ? 'pipe' : 'ignore', 'pipe', 'ignore'],
  });
}

function exitOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (error) => resolve({ exitCode: null, signal: null, error }));
  });
}

/** Asks the group to end, then makes it; gives up on a process that even SIGKILL does not end. */
function stopper(child: ChildProcess) {
  let begun = false;
  const timers: NodeJS.Timeout[] = [];
  const { promise: givenUp, resolve } = Promise.withResolvers<Ended>();
  return {
    givenUp,
    begin() {
      if (begun) return;
      begun = true;
      killGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), termGraceMs));
      const lost = () => resolve({ exitCode: null, signal: 'SIGKILL' });
      timers.push(setTimeout(lost, termGraceMs + killGraceMs));
    },
    done() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Takes what is still in the pipe, ends what the command left behind, lets go of the pipe. */
async function drain(child: ChildProcess): Promise<void> {
  const stream = child.stdout;
  const closed = new Promise<void>((resolve) => {
    if (stream === null || stream.closed || stream.readableEnded) resolve();
    else stream.once('close', resolve);
  });
  // A moment for a `tee` at the end of a process substitution.
  await within(closed, drainMs);
  killGroup(child, 'SIGKILL');
  await within(closed, closeMs);
  stream?.destroy();
}

async function within(wait: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([wait, limit]);
  clearTimeout(timer);
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the group is gone, which is what was wanted.
  }
}
