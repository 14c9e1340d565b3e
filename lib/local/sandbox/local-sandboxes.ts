import { randomBytes } from 'node:crypto';
import { SandboxUnavailable } from '../../domain/errors.ts';
import type { Sandboxes } from '../../domain/ports.ts';
import type { SandboxKind } from '../../domain/run.ts';
import { stageLabel } from '../../domain/stage.ts';
import { endContainer, whyEnded } from './docker/remove.ts';
import { endTree } from './end-tree.ts';
import { findPlace } from './find-place.ts';
import { type Folders, foldersOf, removeFolders } from './folders.ts';
import { launch, logPathOf, type Running } from './launch.ts';
import type { Ending, SandboxOptions } from './options.ts';
import type { Place, StageEngine, Start } from './plan.ts';
import { reapSandboxes } from './reap.ts';
import { newRecord, removeRecord, type SandboxRecord, saveRecord } from './record.ts';
import { supervise } from './supervise.ts';

type Task = Parameters<Sandboxes['run']>[0];

/**
 * Sandboxes on this machine. `process` is no boundary: it has limits and an environment of its own, and
 * the rights of the server's user. `bubblewrap` and `docker` are.
 */
export function localSandboxes(options: SandboxOptions): Sandboxes {
  return {
    run: async (task) => {
      const place = await placeOf(await options.kindOf(task.attempt.run), options);
      const { ended, detail } = await runTask(options, task, place);
      return { ended, detail };
    },
    reap: () => reapSandboxes(options),
  };
}

async function placeOf(kind: SandboxKind, options: SandboxOptions): Promise<Place> {
  if (kind === 'process') return { kind };
  if (kind === 'fargate') throw new SandboxUnavailable('a sandbox of AWS is not to be had here');
  const { docker, harness, dataDir } = options;
  const place = await findPlace(kind, { docker, root: harness.root, dataDir });
  if ('reason' in place) throw new SandboxUnavailable(place.reason);
  return place;
}

async function runTask(options: SandboxOptions, task: Task, place: Place): Promise<Ending> {
  const { dataDir } = options;
  const { run } = task.attempt;
  const stage = stageLabel(task.attempt);
  const id = randomBytes(16).toString('hex');
  const folders = foldersOf(dataDir, run, stage);
  const record = newRecord(id, run, stage, place.kind);
  // Before the start: from here on a crash leaves nothing that the next server could not find.
  await saveRecord(dataDir, record);
  let gone = true;
  try {
    if (task.signal.aborted) return { ended: 'aborted', detail: 'asked to stop before the start' };
    const { bootCode, limits, signal } = task;
    const engine = await engineOf(options, task);
    const logPath = logPathOf(dataDir, run, stage);
    const start = { id, run, stage, bootCode, limits, folders, logPath, place, engine };
    const running = await launchRecorded(options, record, start);
    options.onStarted?.(task.attempt);
    const disk = place.kind === 'docker' ? place.docker.dataRoot : dataDir;
    const ending = await supervise(running, limits, signal, disk);
    gone = ending.gone;
    refuseBrokenBoundary(place, ending, running.log.head());
    return place.kind === 'docker' ? await whyEnded(place.docker, id, limits, ending) : ending;
  } finally {
    if (!options.keep) await clear(options, folders);
    if (place.kind === 'docker') gone = (await endContainer(options, id)) && gone;
    if (gone) await removeRecord(dataDir, id);
    else options.log?.(`processes of sandbox ${id} could not be ended`);
  }
}

/** No other engine's program: a model that plays by one has no use for the rest. */
async function engineOf({ engines }: SandboxOptions, { attempt }: Task): Promise<StageEngine> {
  const name = (await engines?.of(attempt)) ?? 'builtin';
  const program = engines?.programs[name];
  return { name, programs: program === undefined ? {} : { [name]: program } };
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

/** What bubblewrap, Docker, mount or setpriv says before the harness has begun is about this machine, not the stage. */
function refuseBrokenBoundary({ kind }: Place, ending: Ending, head: string): void {
  const complaint = /^(?:WARNING: .*\n)*((?:bwrap|docker|mount|setpriv): [^\n]*)/.exec(head)?.[1];
  if (
    kind !== 'process' &&
    complaint &&
    ending.ended === 'exited' &&
    ending.detail !== 'exit code 0'
  ) {
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
