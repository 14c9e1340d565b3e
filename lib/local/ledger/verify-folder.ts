import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  type Expectation,
  type Problem,
  type Verification,
  verifyLedger,
} from '../../domain/audit.ts';
import { NotFound, StorageFailed } from '../../domain/errors.ts';
import { onDisk } from '../storage-errors.ts';

/** A ledger is verified in memory, so there is an end to its size. Bytes. */
const mostBytes = 1024 ** 3;

/**
 * Verifies the ledger in a folder (`<dataDir>/ledger/<run>`, or a copy of it) with the public key alone:
 * no database, no network. Throws `NotFound` where there is no folder, `ConfigInvalid` for the key,
 * `StorageFailed` where it cannot be read.
 */
export async function verifyFolder(
  folder: string,
  publicKeyPem: string,
  expected: Expectation = {},
): Promise<Verification> {
  const { objects, problems } = await onDisk(folder, () => readObjects(folder));
  const found = verifyLedger(objects, publicKeyPem, expected);
  return {
    ...found,
    ok: found.ok && problems.length === 0,
    problems: [...problems, ...found.problems],
  };
}

// Synchronously: these are many small files, and each promise costs more than the reading.
async function readObjects(
  folder: string,
): Promise<{ objects: Map<string, Uint8Array>; problems: Problem[] }> {
  const objects = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  let size = 0;
  for (const entry of await entriesOf(folder)) {
    const path = join(entry.parentPath, entry.name);
    const object = relative(folder, path).split(sep).join('/');
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) {
      problems.push({ object, reason: 'is no plain file' });
      continue;
    }
    size += statSync(path).size;
    if (size > mostBytes) throw new StorageFailed(`${folder} is too large to verify: over 1 GiB`);
    objects.set(object, readFileSync(path));
  }
  return { objects, problems };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new NotFound(`no ledger at ${folder}`);
    throw error;
  }
}
