import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxKind } from '../../../lib/domain/run.ts';
import type { StageLimits } from '../../../lib/domain/stage.ts';
import { localSandboxes } from '../../../lib/local/sandbox/local-sandboxes.ts';
import type { SandboxOptions } from '../../../lib/local/sandbox/options.ts';

export const generous: StageLimits = {
  wallMs: 120_000,
  commandMs: 60_000,
  memoryBytes: 4 * 1024 ** 3,
  processes: 200,
  outputBytes: 1024 ** 2,
  idleMs: 60_000,
  turns: 1,
};

export const attempt = { run: 'r-1', role: 'coder', round: 1, attempt: 1 } as const;

/** A machine without Docker, whatever this one has. */
export const noDocker = { image: 'none', env: { PATH: '/nonexistent' } };

/** Sandboxes over a fresh data folder, with a script of the test's own in place of the harness. */
export interface Rig {
  readonly folder: string;
  readonly dataDir: string;
  readonly options: SandboxOptions;
  run(given?: {
    limits?: Partial<StageLimits>;
    signal?: AbortSignal;
  }): ReturnType<ReturnType<typeof localSandboxes>['run']>;
  /** Lets a script go on that waits for it: `await import('./gate.ts')`. */
  openGate(): void;
  /** What the script printed. */
  output(): string;
  remove(): Promise<void>;
}

/** Waits for a minute at most, so that a test that fails leaves nobody waiting. */
const gate = `
import { existsSync } from 'node:fs';
const opened = new URL('./open', import.meta.url);
for (let look = 0; look < 1200 && !existsSync(opened); look += 1) await new Promise((done) => setTimeout(done, 50));
`;

export async function rigOf(
  script: string,
  kind: SandboxKind = 'process',
  more: Partial<SandboxOptions> = {},
): Promise<Rig> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'sandbox-')));
  const main = join(folder, 'root', 'task-image', 'main.ts');
  await mkdir(join(folder, 'root', 'task-image'), { recursive: true });
  await writeFile(join(folder, 'root', 'package.json'), '{"type":"module"}');
  await writeFile(main, script);
  await writeFile(join(folder, 'root', 'task-image', 'gate.ts'), gate);
  const dataDir = join(folder, 'data');
  const options: SandboxOptions = {
    kindOf: () => kind,
    dataDir,
    gateway: { url: 'http://127.0.0.1:1', socketPath: join(folder, 'gateway.sock') },
    harness: { node: realpathSync(process.execPath), main, root: join(folder, 'root') },
    hostEnv: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    docker: noDocker,
    ...more,
  };
  return {
    folder,
    dataDir,
    options,
    run: (given = {}) =>
      localSandboxes(options).run({
        attempt,
        bootCode: 'boot-code-of-the-test',
        limits: { ...generous, ...given.limits },
        signal: given.signal ?? new AbortController().signal,
      }),
    openGate: () => writeFileSync(join(folder, 'root', 'task-image', 'open'), ''),
    output: () => readFileSync(join(dataDir, 'runs', 'r-1', 'coder-1-1.log'), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Ids of the records of sandboxes that are alive. */
export function recordsIn(dataDir: string): string[] {
  const folder = join(dataDir, 'sandboxes');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Command lines of live processes that hold the text; `ps` is a second opinion to the code under test. */
export function processesWith(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,stat=,args=', '-ww'], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line) && !line.includes('ps -eo'));
}

/** Waits until the condition holds; fails after a bounded number of looks. */
export async function until(condition: () => boolean): Promise<void> {
  for (let look = 0; look < 600; look++) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error(`never came true: ${condition}`);
}
