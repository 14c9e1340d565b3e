import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { RepositoryInvalid } from '../domain/errors.ts';

/** How the harness itself runs git: with none of the machine's or the repository's own habits. */
export interface GitOptions {
  readonly cwd: string;
  /** Where git itself is found. */
  readonly path: string;
  /**
   * What git is started through where tools have touched what it reads, see `ExecRequest`: should git be
   * brought to run a program of theirs, that program reaches no more than a tool does. Never with
   * credentials in `config`.
   */
  readonly wrapper?: readonly string[];
  /** `GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE` and the like. */
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration for this call, handed over in the environment: an argument could be read by others. */
  readonly config?: readonly (readonly [string, string])[];
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Bytes of output that are taken; 100 MB unless given. */
  readonly outputLimit?: number;
}

/** No hooks, no monitors, no line-ending habits: bytes are what they are. */
const quiet: readonly (readonly [string, string])[] = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['core.autocrlf', 'false'],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.addEmbeddedRepo', 'false'],
];

/** Runs git and gives its standard output. Throws `RepositoryInvalid` with what git said. */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const [program = 'git', ...rest] = [...(options.wrapper ?? []), 'git', ...args];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: environment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 600_000,
    ...(options.signal && { signal: options.signal }),
  });
  const limit = options.outputLimit ?? 100_000_000;
  const output: Buffer[] = [];
  let size = 0;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) child.kill();
    else output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  if (size > limit) throw new RepositoryInvalid(`git ${args[0]} gave more than ${limit} bytes`);
  if (code !== 0) throw new RepositoryInvalid(`git ${args[0]} failed (${code}): ${said.trim()}`);
  return Buffer.concat(output);
}

function environment(options: GitOptions): Record<string, string> {
  const config = [...quiet, ...(options.config ?? [])];
  const numbered = config.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return {
    PATH: options.path,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // What a folder's configuration names to fetch a missing object with would be run.
    GIT_NO_LAZY_FETCH: '1',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(numbered),
    ...options.env,
  };
}
