import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxKind } from '../../lib/domain/run.ts';
import { tinyIssue } from './team.ts';

const program = fileURLToPath(new URL('../../bin/entropy.js', import.meta.url));

/** A command line that goes on. */
export interface Command {
  readonly child: ChildProcess;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  /** Its standard output. Throws where it ends with another code than 0. */
  readonly ended: Promise<string>;
}

/** Starts `entropy` as a user does, with a home of its own in the folder. */
export function entropy(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Command {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const dataDir = join(folder, 'data');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: home, ENTROPY_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said.err += text;
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(said.out);
      else reject(new Error(`entropy ${args[0]} ended with ${code ?? signal}:\n${said.err}`));
    });
  });
  return { child, startedAt, ended };
}

/** Starts `entropy run` on the issue of `tiny`. */
export function entropyRun(
  folder: string,
  { repository, modelUrl, sandbox }: { repository: string; modelUrl: string; sandbox: SandboxKind },
): Command {
  const issue = join(folder, 'issue.md');
  writeFileSync(issue, tinyIssue);
  const what = ['--repo', repository, '--issue', issue, '--yes', '--json'];
  const how = ['--sandbox', sandbox, '--base-url', modelUrl, '--model', 'instant'];
  return entropy(folder, ['run', ...what, ...how], { OPENAI_API_KEY: 'none' });
}

/** Makes a git repository of the files, with one commit. */
export function repositoryOf(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: '/dev/null' };
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'base'],
  ]) {
    execFileSync('git', [...who, ...args], { cwd: folder, env });
  }
  return folder;
}
