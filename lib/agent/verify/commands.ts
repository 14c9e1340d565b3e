import { delimiter, join } from 'node:path';
import type { CommandRun } from '../../domain/evidence.ts';
import type { StageLimits } from '../../domain/stage.ts';
import { plainOutput } from '../checks/ecosystems.ts';
import { relativeText } from '../checks/result-set.ts';
import type { Exec, ExecResult } from '../exec.ts';
import type { Bench } from './checkout.ts';

const tailLength = 8000;

/** What commands of Verify are run with. */
export interface Commands {
  readonly exec: Exec;
  readonly bench: Bench;
  readonly limits: StageLimits;
  /** The tools' environment: exactly this and what Verify adds. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** One command in the tree, and its whole output up to the stage's limit; a PATH in `extra` goes first. */
export async function runInTree(
  { exec, bench, limits, env, signal }: Commands,
  command: string,
  { PATH: first, ...extra }: Readonly<Record<string, string>>,
): Promise<{ result: ExecResult; output: string }> {
  const kept: Buffer[] = [];
  const tools = toolEnv(bench, env);
  const result = await exec({
    run: command,
    cwd: bench.tree,
    env: { ...tools, ...extra, PATH: [first, tools.PATH].filter(Boolean).join(delimiter) },
    timeoutMs: limits.commandMs,
    outputLimit: tailLength,
    floodLimit: limits.outputBytes,
    onOutput: (chunk) => kept.push(chunk),
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  return { result, output: Buffer.concat(kept).toString('utf8') };
}

/** What is kept of a command: how it ended and the end of what it said. */
export function recordOf(
  command: string,
  { result, output }: { readonly result: ExecResult; readonly output: string },
  bench: Bench,
): CommandRun {
  const end = relativeText(plainOutput(output.slice(-tailLength * 8)), bench.tree);
  const flood = result.flooded ? '\n[ended: it wrote more output than the limit allows]' : '';
  return {
    command: command.slice(0, 4000),
    exitCode: result.exitCode,
    signal: result.signal,
    durationMs: result.durationMs,
    timedOut: result.timedOut,
    outputDigest: result.outputDigest,
    outputTail: `${end}${flood}`.slice(-tailLength),
  };
}

/** A home that is new for each tree, caches that outlive it, and the machine's programs before those that packages bring. */
export function toolEnv(
  bench: Bench,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const cache = (name: string) => join(bench.cache, name);
  const machine = env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  const path = [join(bench.tools, 'bin'), machine, join(bench.tree, 'node_modules/.bin')];
  return {
    NPM_CONFIG_CACHE: cache('npm'),
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    PIP_CACHE_DIR: cache('pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    VIRTUAL_ENV: bench.tools,
    GOPATH: cache('go'),
    GOCACHE: cache('go-build'),
    GOFLAGS: '-modcacherw',
    CARGO_HOME: cache('cargo'),
    CARGO_TARGET_DIR: cache('cargo-target'),
    CARGO_INCREMENTAL: '0',
    // Toolchains stand in the home of whoever installed them, and HOME is a new one.
    ...(env.HOME === undefined ? {} : { RUSTUP_HOME: join(env.HOME, '.rustup') }),
    // Java asks the system, not HOME, where the user's home is.
    MAVEN_OPTS: `-Duser.home=${bench.home} -Dmaven.repo.local=${cache('maven')}`,
    MAVEN_USER_HOME: cache('maven-wrapper'),
    GRADLE_USER_HOME: cache('gradle'),
    NUGET_PACKAGES: cache('nuget'),
    CI: 'true',
    ...env,
    HOME: bench.home,
    TMPDIR: bench.temporary,
    PATH: path.join(delimiter),
  };
}
