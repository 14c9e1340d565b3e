import { randomBytes } from 'node:crypto';
import { SandboxUnavailable } from '../../domain/errors.ts';
import type { Sandboxes } from '../../domain/ports.ts';
import { stageLabel } from '../../domain/stage.ts';
import { type Boundary, findBoundary } from './boundary.ts';
import { endTree } from './end-tree.ts';
import { type Folders, foldersOf, removeFolders } from './folders.ts';
import { launch, logPathOf, type Running, type Start } from './launch.ts';
import type { Ending, SandboxOptions } from './options.ts';
import { bootId, startTimeOf } from './process-table.ts';
import { reapSandboxes } from './reap.ts';
import { removeRecord, type SandboxRecord, saveRecord } from './record.ts';
import { supervise } from './supervise.ts';

type Task = Parameters<Sandboxes['run']>[0];

/**
 * Sandboxes on this machine. `process` is no boundary: it has limits and an environment of its own, and
 * the rights of the server's user. `bubblewrap` is one.
 */
export function localSandboxes(options: SandboxOptions): Sandboxes {
  let found: Boundary | undefined;
  const boundary = async (): Promise<Boundary> => {
    if (found !== undefined) return found;
    const answer = await findBoundary();
    if ('reason' in answer) throw new SandboxUnavailable(answer.reason);
    found = answer;
    return found;
  };
  return {
    run: async (task) => {
      const kind = await options.kindOf(task.attempt.run);
      const ending = await runTask(
        options,
        task,
        kind === 'bubblewrap' ? await boundary() : undefined,
      );
      return { ended: ending.ended, detail: ending.detail };
    },
    reap: () => reapSandboxes(options),
  };
}

async function runTask(
  options: SandboxOptions,
  task: Task,
  boundary: Boundary | undefined,
): Promise<Ending> {
  const { dataDir } = options;
  const { run } = task.attempt;
  const stage = stageLabel(task.attempt);
  const id = randomBytes(16).toString('hex');
  const folders = foldersOf(dataDir, run, stage);
  const record = newRecord(id, run, stage, boundary);
  // Before the start: from here on a crash leaves nothing that the next server could not find.
  await saveRecord(dataDir, record);
  let gone = true;
  try {
    if (task.signal.aborted) return { ended: 'aborted', detail: 'asked to stop before the start' };
    const { bootCode, limits, signal } = task;
    const logPath = logPathOf(dataDir, run, stage);
    const start = { id, bootCode, limits, folders, logPath, boundary };
    const running = await launchRecorded(options, record, start);
    options.onStarted?.(task.attempt);
    const ending = await supervise(running, limits, signal, dataDir);
    gone = ending.gone;
    refuseBrokenBoundary(boundary, ending, running.log.head());
    return ending;
  } finally {
    if (!options.keep) await clear(options, folders);
    if (gone) await removeRecord(dataDir, id);
    else options.log?.(`processes of sandbox ${id} could not be ended`);
  }
}

function newRecord(
  id: string,
  run: string,
  stage: string,
  boundary: Boundary | undefined,
): SandboxRecord {
  const server = { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
  return { id, run, stage, kind: boundary ? 'bubblewrap' : 'process', boot: bootId(), server };
}

async function launchRecorded(
  options: SandboxOptions,
  record: SandboxRecord,
  start: Start,
): Promise<Running> {
  const running = await launch(options, start);
  try {
    await saveRecord(options.dataDir, { ...record, root: running.tree.root });
    return running;
  } catch (error) {
    await endTree(running.tree);
    await running.log.close();
    throw error;
  }
}

/** What bubblewrap, mount or setpriv says before the harness has begun is about this machine, not the stage. */
function refuseBrokenBoundary(boundary: Boundary | undefined, ending: Ending, head: string): void {
  const complaint = /^(?:bwrap|mount|setpriv): [^\n]*/.exec(head)?.[0];
  if (boundary && complaint && ending.ended === 'exited' && ending.detail !== 'exit code 0') {
    throw new SandboxUnavailable(complaint);
  }
}

/** The disk is not worth failing a stage for that has its result. */
async function clear(options: SandboxOptions, folders: Folders): Promise<void> {
  try {
    await removeFolders(folders);
  } catch (error) {
    options.log?.(`${folders.top} could not be removed: ${(error as Error).message}`);
  }
}
