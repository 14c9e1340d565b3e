import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What the data folder holds, by its top folders; `other` is what this program did not put there. */
export const kinds = ['mirrors', 'work', 'runs', 'replays', 'ledger', 'database', 'other'] as const;
type Kind = (typeof kinds)[number];

/** Bytes on the disk. */
export type DiskUse = Readonly<Record<Kind, number>>;

/** What the data folder takes on the disk. Files that go meanwhile count as nothing. */
export async function diskUse(dataDir: string): Promise<DiskUse> {
  const use: Record<Kind, number> = {
    mirrors: 0,
    work: 0,
    runs: 0,
    replays: 0,
    ledger: 0,
    database: 0,
    other: 0,
  };
  for (const name of await readdir(dataDir).catch(() => [])) {
    use[kindOf(name)] += await bytesBelow(join(dataDir, name));
  }
  return use;
}

function kindOf(name: string): Kind {
  if (/^(entropy|journal)\.db/.test(name)) return 'database';
  return kinds.find((kind) => kind === name) ?? 'other';
}

/** Blocks as the file system counts them. Links are not followed, and a file with two names counts twice. */
export async function bytesBelow(path: string): Promise<number> {
  let bytes = 0;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    bytes += await sizeOf(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const child = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(child);
      else bytes += await sizeOf(child);
    }
  }
  return bytes;
}

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found === undefined ? 0 : found.blocks * 512;
}
