import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, cp, lstat, mkdir, readdir, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Copies a folder, or one file, with its links and times as they are (build tools go by them); nothing where there is none. */
export async function copy(from: string, to: string): Promise<void> {
  const facts = await lstat(from).catch(() => undefined);
  if (facts?.isFile()) {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
  } else if (facts?.isDirectory()) {
    const only = async (path: string) => {
      const kind = await lstat(path);
      return kind.isFile() || kind.isDirectory() || kind.isSymbolicLink();
    };
    const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
    await cp(from, to, { ...options, filter: only });
  } else await mkdir(to, { recursive: true });
}

/** SHA-256, hex, over names, modes, links and contents of all that is in a folder; for a file, of it alone. */
export async function digestOf(folder: string): Promise<string> {
  const isFile = (await lstat(folder).catch(() => undefined))?.isFile();
  if (isFile) return (await fileDigest(folder)) ?? '';
  const hash = createHash('sha256');
  await take(hash, folder, '');
  return hash.digest('hex');
}

/** A file's mode and content, or its link's target; undefined where there is neither. */
export async function fileDigest(path: string): Promise<string | undefined> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts === undefined) return undefined;
  const hash = createHash('sha256');
  if (facts.isSymbolicLink()) hash.update(`link ${await readlink(path)}`);
  else if (facts.isFile()) await takeFile(hash, path, facts.mode);
  else hash.update('other');
  return hash.digest('hex');
}

async function take(hash: Hash, folder: string, name: string): Promise<void> {
  const entries = await readdir(join(folder, name), { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(name, entry.name);
    hash.update(`${path}\0`);
    if (entry.isDirectory()) await take(hash, folder, path);
    else if (entry.isSymbolicLink()) hash.update(`link ${await readlink(join(folder, path))}\0`);
    else if (entry.isFile()) {
      await takeFile(hash, join(folder, path), (await lstat(join(folder, path))).mode);
    }
  }
}

async function takeFile(hash: Hash, path: string, mode: number): Promise<void> {
  hash.update(`file ${(mode & 0o111) === 0 ? '' : 'x'}\0`);
  const content = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) content.update(chunk);
  } catch {
    content.update('unreadable');
  }
  hash.update(content.digest());
}
