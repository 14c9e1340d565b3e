import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensure } from './docker.ts';
import { run, works } from './run.ts';

const sources = fileURLToPath(new URL('./emulator/', import.meta.url));

/** How an emulator is started. */
export interface EmulatorOptions {
  /** Python with the emulator's package, see `installEmulator`. */
  readonly python: string;
  /** Its log, its temporary files and its state go here. */
  readonly folder: string;
  readonly port: number;
  /** IAM enforced. */
  readonly auth: boolean;
  /** Whether what `differences.md` lists is put right. */
  readonly patched: boolean;
  /** Address of Docker's bridge, where sandboxes find function URLs; without it there is no door. */
  readonly bridge?: string;
  /** What it had before it was ended by SIGTERM is there again. */
  readonly keep?: boolean;
}

/** An emulator that answers. */
export interface Emulator {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The credentials that an emulator takes for its root's. */
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What AWS's own tools need to find an emulator. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
}

/** A Python with the emulator: the one that is named, else a virtual environment in `folder`, made at the first time. */
export async function installEmulator(
  folder: string,
  log: (line: string) => void,
  named?: string,
): Promise<string> {
  const python = named ?? join(folder, 'venv', 'bin', 'python');
  if (await works([python, '-c', 'import ministack'])) return python;
  if (named !== undefined) throw new Error(`${named} has no ministack`);
  log('installing the emulator');
  // Debian's Python comes without the part that makes virtual environments.
  await ensure(['python3', '-c', 'import ensurepip, venv'], ['python3', 'python3-venv'], log);
  await run(['python3', '-m', 'venv', join(folder, 'venv')]);
  await run([python, '-m', 'pip', 'install', '-q', '-r', join(sources, 'requirements.txt')]);
  return python;
}

/** Starts an emulator and waits until it answers. Throws with where its log is. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { folder, port, python } = options;
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  // What runs functions is CommonJS, and lies below a project of modules here.
  writeFileSync(join(folder, 'tmp', 'package.json'), '{"type":"commonjs"}\n');
  const logPath = join(folder, 'emulator.log');
  const out = openSync(logPath, 'a');
  const script = options.patched ? [join(sources, 'entropy_emulator.py')] : ['-m', 'ministack'];
  const child = spawn(python, script, {
    detached: true,
    stdio: ['ignore', out, out],
    env: environmentOf(options),
  });
  child.unref();
  const pid = child.pid;
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let n = 0; n < 600 && !exited && pid !== undefined; n += 1) {
    if (await answers(endpoint)) return { endpoint, pid, stop: () => end(pid) };
    await sleep(100);
  }
  throw new Error(`the emulator does not start: see ${logPath}`);
}

/** Nothing of the host's own: functions see the whole environment of the emulator. */
function environmentOf(options: EmulatorOptions): Record<string, string> {
  const { folder, port } = options;
  const { PATH = '/usr/bin:/bin', HOME = folder } = process.env;
  return {
    // Functions run on the first Node of this path.
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    HOME,
    LANG: 'C.UTF-8',
    TMPDIR: join(folder, 'tmp'),
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    AUTH: String(options.auth),
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    ENTROPY_BRIDGE: options.bridge ?? 'off',
    ...(options.keep ? { PERSIST_STATE: '1', S3_PERSIST: '1' } : {}),
    STATE_DIR: join(folder, 'state'),
    S3_DATA_DIR: join(folder, 's3'),
    ...(existsSync('/var/run/docker.sock') ? { DOCKER_HOST: 'unix:///var/run/docker.sock' } : {}),
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/ready`)).ok;
  } catch {
    return false;
  }
}

/** Ends a process that was started here; SIGKILL where it does not go by itself. */
export async function end(pid: number): Promise<void> {
  for (const [signal, tries] of [
    ['SIGTERM', 150],
    ['SIGKILL', 50],
  ] as const) {
    if (!send(pid, signal)) return;
    for (let n = 0; n < tries; n += 1) {
      await sleep(100);
      if (!send(pid, 0)) return;
    }
  }
}

/** False where there is no such process any more. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
