import { existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { doubtful, type Finding, good, wrong } from '../../domain/finding.ts';
import { databasePath } from '../store/database.ts';
import { migrations } from '../store/migrations.ts';

/** Below the first nothing can be relied on; below the second a large repository may not fit. Bytes. */
const leastFree = 256 * 1024 ** 2;
const enoughFree = 2 * 1024 ** 3;

/** The data folder: writable, with room, its database known to this program, its key to this user alone. */
export function inspectDataFolder(dataDir: string): readonly Finding[] {
  const written = inspectWriting(dataDir);
  if (written.state === 'error') return [written];
  const pem = join(dataDir, 'keys', 'ledger.pem');
  return [written, inspectDisk(dataDir), inspectSchema(dataDir), ...inspectKey(pem)];
}

function inspectWriting(dataDir: string): Finding {
  const name = 'data folder';
  try {
    // What is not there is not made: it is looked at where it would be.
    let folder = dataDir;
    while (!existsSync(folder)) folder = dirname(folder);
    rmSync(mkdtempSync(join(folder, '.entropy-doctor-')), { recursive: true });
    return good(name, folder === dataDir ? dataDir : `${dataDir}, made at the first use`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix = 'give this user the right to write there, or name another with ENTROPY_DATA_DIR';
    return wrong(name, `${dataDir} can't be written (${code})`, fix);
  }
}

function inspectDisk(dataDir: string): Finding {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  const fix = 'make room: "entropy gc" removes what is no longer needed';
  if (free < leastFree) return wrong('disk', detail, fix);
  return free < enoughFree ? doubtful('disk', detail, fix) : good('disk', detail);
}

function inspectSchema(dataDir: string): Finding {
  const [name, path] = ['database', databasePath(dataDir)];
  if (!existsSync(path)) return good(name, 'made at the first use');
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    try {
      const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
      if (version > migrations.length) {
        const detail = `schema ${version}, and this program knows ${migrations.length}`;
        return wrong(name, detail, 'use the newer program that wrote it, or another data folder');
      }
      const coming =
        version < migrations.length ? `, brought to ${migrations.length} at the next use` : '';
      return good(name, `schema ${version}${coming}`);
    } finally {
      database.close();
    }
  } catch (error) {
    const fix = `look at ${path}: is it readable, and a database?`;
    return wrong(name, (error as Error).message, fix);
  }
}

function inspectKey(pem: string): Finding[] {
  if (!existsSync(pem)) return [];
  const name = 'ledger key';
  if ((statSync(pem).mode & 0o077) === 0)
    return [good(name, `${pem}, readable to this user alone`)];
  return [wrong(name, `${pem} is readable to others`, `chmod 600 ${pem}`)];
}
