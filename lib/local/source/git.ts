import { spawn } from 'node:child_process';
import { RepositoryInvalid, StorageFailed } from '../../domain/errors.ts';

/**
 * What git gets from the outside: `PATH`, and where needed proxies and certificates. Everything else of
 * the server's environment stays away from it.
 */
export type GitEnvironment = Readonly<Record<string, string>>;

/** One call of git. */
export interface GitCall {
  readonly environment?: GitEnvironment | undefined;
  /** More variables for this call, such as `GIT_INDEX_FILE`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Configuration for this call only. It travels in the environment: argv is readable by all users. */
  readonly config?: readonly (readonly [key: string, value: string])[];
  readonly input?: string | Uint8Array;
  /** Milliseconds; 60 s unless given. */
  readonly timeoutMs?: number;
}

/** How git ended. */
export interface GitResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const outputLimit = 256 * 1024 ** 2;
const usualPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

/** Configuration under which no program of the repository's or the user's choice can run. */
const safeConfig: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.filesRefLockTimeout', '10000'],
  ['core.packedRefsTimeout', '10000'],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['commit.gpgSign', 'false'],
  ['gc.autoDetach', 'false'],
  ['maintenance.autoDetach', 'false'],
  ['safe.directory', '*'],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.http.allow', 'always'],
  ['protocol.file.allow', 'always'],
];

/** The whole environment of one git process. */
export function gitVariables(call: GitCall): Record<string, string> {
  const config = [...safeConfig, ...(call.config ?? [])];
  const variables: Record<string, string> = {
    PATH: usualPath,
    LC_ALL: 'C',
    ...call.environment,
    ...call.variables,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: String(config.length),
  };
  for (const [index, [key, value]] of config.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

/** Runs git and says how it ended. Throws `RepositoryInvalid` only where git can't be started. */
export function runGit(args: readonly string[], call: GitCall = {}): Promise<GitResult> {
  const child = spawn('git', args, { env: gitVariables(call), stdio: 'pipe' });
  const timer = setTimeout(() => child.kill(), call.timeoutMs ?? 60_000);
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputLimit) child.kill();
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 100) stderr.push(chunk);
    });
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new RepositoryInvalid('git could not be started; is it installed?', { cause }));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    // A git that ends early closes its input; how it ended says more than the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input);
  });
}

/** Runs git and gives its output. Throws `RepositoryInvalid`, or `StorageFailed` on a full disk. */
export async function git(args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  const result = await runGit(args, call);
  if (result.code === 0) return result.stdout;
  const said = faultOf(result);
  if (/no space left on device|read-only file system|disk quota/i.test(said)) {
    throw new StorageFailed(`git could not write: ${said}`);
  }
  throw new RepositoryInvalid(`git ${subcommandOf(args)} failed: ${said}`);
}

/** As `git`, with the output as trimmed text. */
export async function gitLine(args: readonly string[], call: GitCall = {}): Promise<string> {
  return (await git(args, call)).toString().trim();
}

/** What git said went wrong, short enough for an error message. */
export function faultOf(result: GitResult): string {
  const said = result.stderr.trim().split('\n').slice(-3).join('; ').slice(0, 500);
  return said || (result.code === null ? 'it was stopped' : `exit code ${result.code}`);
}

function subcommandOf(args: readonly string[]): string {
  const valued = new Set(['-C', '--git-dir']);
  return args.find((arg, at) => !arg.startsWith('-') && !valued.has(args[at - 1] ?? '')) ?? '';
}
