import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SandboxUnavailable } from '../../domain/errors.ts';
import { onDisk } from '../storage-errors.ts';
import { type Boundary, droppedId } from './boundary.ts';
import { bubblewrapCommand, inside, mainInside } from './bubblewrap.ts';
import { compileCache } from './compile-cache.ts';
import { planDocker } from './docker/plan.ts';
import { sandboxEnvironment } from './environment.ts';
import { makeFolders } from './folders.ts';
import type { SandboxOptions } from './options.ts';
import { type OutputLog, openOutputLog } from './output-log.ts';
import type { Plan, Start } from './plan.ts';
import { startTimeOf } from './process-table.ts';
import { toolWrapper } from './tool-wrapper.ts';
import { toolchainsOf } from './toolchains.ts';
import type { Tree } from './tree.ts';
import { threadsPerProcess, withUlimits } from './ulimits.ts';

/** A sandbox that was started. */
export interface Running {
  readonly child: ChildProcess;
  readonly tree: Tree & { readonly root: NonNullable<Tree['root']> };
  readonly log: OutputLog;
  /** Resolves at the end of the first process; others may still be alive. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Without it a signal, which anybody of the same user can send, opens Node's inspector. */
const nodeOptions = ['--disable-sigusr1'];

/** Makes the folders and starts the harness in them. Throws `SandboxUnavailable`, `StorageFailed`. */
export async function launch(options: SandboxOptions, start: Start): Promise<Running> {
  const plan = await planOf(options, start);
  await onDisk(start.logPath, () =>
    mkdir(dirname(start.logPath), { recursive: true, mode: 0o700 }),
  );
  // From the start to the return nothing waits, so that a started process is never lost.
  const [program, ...args] = plan.command;
  // stdin is the life-line: it ends when the server does, and so does the harness.
  const child = spawn(program as string, args, {
    env: plan.env,
    cwd: plan.cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  if (plan.input !== undefined) child.stdin.write(plan.input);
  const exited = exitOf(child);
  if (child.pid === undefined) {
    const [error] = await once(child, 'error');
    throw new SandboxUnavailable(`could not start ${program}: ${(error as Error).message}`);
  }
  const root = { pid: child.pid, startTime: startTimeOf(child.pid) ?? 'ended' };
  const tree = { id: start.id, root, ownsGroup: true, seen: new Map<number, string>() };
  const streams = [child.stdout, child.stderr];
  const log = openOutputLog(start.logPath, start.limits.outputBytes, streams);
  return { child, tree, log, exited };
}

async function planOf(options: SandboxOptions, start: Start): Promise<Plan> {
  const { place } = start;
  if (place.kind === 'docker') return await planDocker(options, start, place.docker);
  if (place.kind === 'bubblewrap') return await planBubblewrap(options, start, place.boundary);
  return await planProcess(options, start);
}

function exitOf(child: ChildProcess): Running['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

async function planProcess(options: SandboxOptions, start: Start): Promise<Plan> {
  const { folders, id, bootCode } = start;
  const { path, rustup } = toolchainsOf(options);
  await makeFolders(folders, rustup === undefined ? {} : { rustup });
  const { node, main, root } = options.harness;
  const env = sandboxEnvironment({
    ...{ id, bootCode, gateway: options.gateway.url, egress: 'open' },
    ...{ workspace: folders.workspace, home: folders.home, tmp: folders.tmp },
    compileCache: compileCache(root),
    programs: start.engine.programs,
    // Last, so that a repository's own checks meet the host's Node first.
    path: [...path, dirname(await realpath(node))],
  });
  return { command: withUlimits([node, ...nodeOptions, main], {}), env, cwd: folders.workspace };
}

async function planBubblewrap(
  options: SandboxOptions,
  start: Start,
  boundary: Boundary,
): Promise<Plan> {
  const { folders, id, bootCode } = start;
  const toolchains = toolchainsOf(options);
  const { rustup } = toolchains;
  const dropped = boundary.asRoot !== undefined;
  await makeFolders(folders, {
    ...(dropped ? { owner: droppedId } : {}),
    ...(rustup ? { rustup } : {}),
  });
  // The folder around the socket, not its mode, keeps others out; the sandbox's user must get in.
  if (dropped) await chmod(options.gateway.socketPath, 0o666).catch(() => undefined);
  const harness = {
    ...options.harness,
    node: await realpath(options.harness.node),
    root: await realpath(options.harness.root),
    main: await realpath(options.harness.main),
  };
  const threads = start.limits.processes * threadsPerProcess;
  const command = withUlimits([inside.node, ...nodeOptions, mainInside(harness)], {
    threads,
    folder: inside.workspace,
  });
  // In bubblewrap's environment, which it hands on: its argument list is for all to see.
  const env = sandboxEnvironment({
    ...{ id, bootCode, gateway: `unix:${inside.socket}`, egress: 'gateway' },
    ...{ workspace: inside.workspace, home: inside.home, tmp: inside.tmp },
    path: [...toolchains.path, dirname(inside.node)],
    compileCache: compileCache(inside.root),
    programs: start.engine.programs,
    ...{ toolWrapper: toolWrapper(boundary, inside.private), private: inside.private },
  });
  const { engine } = start;
  const shown = { options: { ...options, harness }, folders, toolchains, engine };
  const given = { boundary, ...shown, command };
  return { command: bubblewrapCommand(given), env, cwd: '/' };
}

/** Where the output of a stage's sandbox is kept. */
export function logPathOf(dataDir: string, run: string, stage: string): string {
  return join(dataDir, 'runs', run, `${stage}.log`);
}
