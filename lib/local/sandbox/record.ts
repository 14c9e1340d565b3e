import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { onDisk } from '../storage-errors.ts';
import { bootId, startTimeOf } from './process-table.ts';

const processSchema = z.strictObject({
  pid: z.number().int().positive(),
  startTime: z.string().min(1),
});

const recordSchema = z.strictObject({
  /** The marker in the environment of the sandbox's processes. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  run: z.string(),
  /** Text of `stageLabel`. */
  stage: z.string(),
  kind: z.enum(['process', 'bubblewrap', 'docker']),
  /** Boot of the machine under which the pids mean something. */
  boot: z.string(),
  server: processSchema,
  /** The sandbox's first process and the leader of its group; missing until it is known. */
  root: processSchema.optional(),
});

/** What the next start needs to end a sandbox whose server has died. */
export type SandboxRecord = z.infer<typeof recordSchema>;

/** The record of a sandbox that this process is about to start. */
export function newRecord(
  id: string,
  run: string,
  stage: string,
  kind: SandboxRecord['kind'],
): SandboxRecord {
  const server = { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
  return { id, run, stage, kind, boot: bootId(), server };
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'sandboxes');
}

/** Stores the record; it is on the disk when this returns. Throws `StorageFailed`. */
export async function saveRecord(dataDir: string, record: SandboxRecord): Promise<void> {
  const folder = folderOf(dataDir);
  const path = join(folder, `${record.id}.json`);
  await onDisk(path, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const staged = join(folder, `${record.id}.${process.pid}.new`);
    {
      await using file = await open(staged, 'w', 0o600);
      await file.writeFile(JSON.stringify(record));
      await file.sync();
    }
    await rename(staged, path);
    await using above = await open(folder, 'r');
    await above.sync();
  });
}

/** Forgets a sandbox that has ended. */
export async function removeRecord(dataDir: string, id: string): Promise<void> {
  const path = join(folderOf(dataDir), `${id}.json`);
  await onDisk(path, () => rm(path, { force: true }));
}

/** Removes what a process that died had begun to write and not named yet. */
export async function clearStagedRecords(dataDir: string): Promise<void> {
  const folder = folderOf(dataDir);
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const writer = /^[0-9a-f]{32}\.(\d+)\.new$/.exec(name)?.[1];
    if (writer === undefined || startTimeOf(Number(writer)) !== undefined) continue;
    await rm(join(folder, name), { force: true });
  }
}

/** All records that can be read; others name nothing that could be ended and are passed over. */
export async function listRecords(dataDir: string): Promise<SandboxRecord[]> {
  const folder = folderOf(dataDir);
  const names = await readdir(folder).catch(() => [] as string[]);
  const records: SandboxRecord[] = [];
  for (const name of names.filter((name) => name.endsWith('.json'))) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : parse(text);
    if (parsed !== undefined) records.push(parsed);
  }
  return records;
}

function parse(text: string): SandboxRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
