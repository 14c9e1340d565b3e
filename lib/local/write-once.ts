import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LedgerConflict } from '../domain/errors.ts';

/**
 * Writes the bytes to a new file in `folder`, waits until they are on the disk, and gives its path to
 * `use`, which may `place` it. So an object has its final name only when it is whole.
 */
export async function withStaged<T>(
  folder: string,
  bytes: Uint8Array | string,
  mode: number,
  use: (staged: string) => T,
): Promise<T> {
  if (!existsSync(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomUUID());
  try {
    await using file = await open(path, 'wx', mode);
    await file.writeFile(bytes);
    // The umask took bits away at creation.
    await file.chmod(mode);
    await file.sync();
    return use(path);
  } finally {
    // At once: to ask the thread pool for it would take longer.
    rmSync(path, { force: true });
  }
}

/** Gives a staged file a final name, durably. False where a file by that name stands already. */
export function place(staged: string, path: string): boolean {
  const placed = name(staged, path);
  if (placed) syncFolder(dirname(path));
  return placed;
}

/** As `place`, but the name is durable only once its folder is synced. */
function name(staged: string, path: string): boolean {
  const folder = dirname(path);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) syncAbove(folder, dirname(made));
  try {
    linkSync(staged, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  return true;
}

/** Writes an object once. The same bytes again are fine; others are a `LedgerConflict`. */
export async function writeOnce(
  staging: string,
  path: string,
  bytes: Uint8Array | string,
): Promise<void> {
  await writeAllOnce(staging, [{ path, bytes }]);
}

/**
 * Writes objects of one folder once each, in their order. All are durable when it returns: their folder is waited for a
 * single time.
 */
export async function writeAllOnce(
  staging: string,
  objects: readonly { readonly path: string; readonly bytes: Uint8Array | string }[],
): Promise<void> {
  for (const { path, bytes } of objects) {
    if (await stands(path, bytes)) continue;
    const placed = await withStaged(staging, bytes, 0o444, (staged) => name(staged, path));
    if (!placed) await stands(path, bytes);
  }
  // What stood already may be the work of a process that was killed before it came to this.
  for (const folder of new Set(objects.map(({ path }) => dirname(path)))) syncFolder(folder);
}

/** Whether the object is there already. Throws `LedgerConflict` where it has other bytes. */
export async function stands(path: string, bytes: Uint8Array | string): Promise<boolean> {
  // Most objects are new.
  if (!existsSync(path)) return false;
  const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (found.equals(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)) return true;
  throw new LedgerConflict(`${path} exists already with other bytes`);
}

/** Removes staged files that a process left when it died; younger ones may be in use. */
export async function clearStaged(folder: string, olderThanMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > olderThanMs) await rm(path, { force: true });
  }
}

/** A new folder survives a power cut only when the folders above it, up to `top`, are synced as well. */
function syncAbove(folder: string, top: string): void {
  let above = folder;
  while (above !== top) {
    above = dirname(above);
    syncFolder(above);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
