import { execFileSync, spawn } from 'node:child_process';

const timeLimitMs = 60_000;
const outputLimit = 200 * 1024 * 1024;

interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** One bare repository and the git that works on it. */
export interface Git {
  readonly dir: string;
  /** Runs git; any exit code is an answer. */
  run(args: readonly string[], options?: GitOptions): Promise<GitResult>;
  /** Runs git and gives its output without the final newline. Throws where git fails. */
  text(args: readonly string[], options?: GitOptions): Promise<string>;
}

interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Record<string, string>;
}

/** Environment for git: the user's own configuration has no say in what the playground does. */
export type GitEnvironment = Readonly<Record<string, string>>;

/** Finds git once. Throws where it is not installed. */
export function gitEnvironment(): GitEnvironment {
  const execPath = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim();
  return {
    PATH: `${execPath}:/usr/local/bin:/usr/bin:/bin`,
    GIT_EXEC_PATH: execPath,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'GitHub',
    GIT_AUTHOR_EMAIL: 'noreply@github.com',
    GIT_COMMITTER_NAME: 'GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.com',
    LC_ALL: 'C',
  };
}

/** Git for one bare repository. */
export function openGit(dir: string, environment: GitEnvironment): Git {
  const run: Git['run'] = (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [`--git-dir=${dir}`, ...args], {
        cwd: dir,
        env: { ...environment, ...options.env },
        timeout: timeLimitMs,
        killSignal: 'SIGKILL',
      });
      const out: Buffer[] = [];
      let size = 0;
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > outputLimit) child.kill('SIGKILL');
        else out.push(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        if (stderr.length < 10_000) stderr += chunk.toString();
      });
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr }),
      );
      // A child that ends before it has read its input is judged by its exit code.
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.input ?? '');
    });
  return {
    dir,
    run,
    async text(args, options) {
      const result = await run(args, options);
      if (result.code !== 0) {
        throw new Error(`git ${args[0]} ended with ${result.code}: ${result.stderr.trim()}`);
      }
      return result.stdout.toString('utf8').replace(/\n$/, '');
    },
  };
}

/** Makes an empty bare repository with the settings of a forge. */
export async function initBare(git: Git, branch: string): Promise<void> {
  await git.text([
    'init',
    '--quiet',
    '--bare',
    '--object-format=sha1',
    `--initial-branch=${branch}`,
    git.dir,
  ]);
  const settings = [
    ['http.receivepack', 'true'],
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['receive.hideRefs', 'refs/pull'],
    ['receive.maxInputSize', String(outputLimit)],
    ['gc.auto', '0'],
  ];
  for (const [key, value] of settings) await git.text(['config', key as string, value as string]);
}
