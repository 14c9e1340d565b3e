import { removeContainer } from './docker/remove.ts';
import { endTree } from './end-tree.ts';
import { foldersOf, removeFolders } from './folders.ts';
import type { SandboxOptions } from './options.ts';
import { bootId, isAlive } from './process-table.ts';
import { clearStagedRecords, listRecords, removeRecord, type SandboxRecord } from './record.ts';

/**
 * Ends the sandboxes whose server has died, by their records: process by process, each told by its start
 * time or by the sandbox's marker, and containers by their label. Removes their work folders. Returns how many had processes left.
 */
export async function reapSandboxes(
  options: Pick<SandboxOptions, 'dataDir' | 'docker' | 'keep' | 'log'>,
): Promise<number> {
  await clearStagedRecords(options.dataDir);
  const records = await listRecords(options.dataDir);
  const alive = records.filter(hasServer);
  let ended = 0;
  for (const record of records.filter((record) => !alive.includes(record))) {
    const { found, gone } = await endRecorded(options, record);
    if (found > 0) ended += 1;
    if (!gone) {
      options.log?.(`processes of sandbox ${record.id} could not be ended`);
      continue;
    }
    const taken = alive.some(({ run, stage }) => run === record.run && stage === record.stage);
    if (!taken && !options.keep) await removeWork(options, record);
    await removeRecord(options.dataDir, record.id);
  }
  return ended;
}

function hasServer(record: SandboxRecord): boolean {
  return record.boot === bootId() && isAlive(record.server);
}

async function endRecorded(
  options: Pick<SandboxOptions, 'docker' | 'log'>,
  record: SandboxRecord,
): Promise<{ found: number; gone: boolean }> {
  const ended = await endProcesses(record);
  // Last: until its program is ended, a container may yet be made. A boot ends one, and leaves it there.
  if (record.kind !== 'docker') return ended;
  const { found, fault } = await removeContainer(options.docker, record.id);
  if (fault !== undefined) options.log?.(`container of sandbox ${record.id}: ${fault}`);
  return { found: ended.found + (found ? 1 : 0), gone: ended.gone && fault === undefined };
}

async function endProcesses(record: SandboxRecord): Promise<{ found: number; gone: boolean }> {
  if (record.boot !== bootId()) return { found: 0, gone: true };
  const root = record.root === undefined ? {} : { root: record.root };
  return await endTree({ id: record.id, ...root, ownsGroup: false, seen: new Map() });
}

async function removeWork(
  options: Pick<SandboxOptions, 'dataDir' | 'log'>,
  record: SandboxRecord,
): Promise<void> {
  try {
    await removeFolders(foldersOf(options.dataDir, record.run, record.stage));
  } catch (error) {
    options.log?.(`work folder of ${record.run}/${record.stage}: ${(error as Error).message}`);
  }
}
