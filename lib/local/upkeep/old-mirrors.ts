import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { RepositoryRef, Run } from '../../domain/run.ts';
import { runGit } from '../source/git.ts';
import { mirrorPathOf } from '../source/mirror.ts';
import type { Database } from '../store/database.ts';

const packMs = 10 * 60_000;

/**
 * Takes the pins of old runs out of their mirrors. A mirror that no run with records needs goes as a whole; in
 * others git removes what nothing names any more. Returns how many mirrors went.
 */
export async function trimMirrors(
  database: Database,
  dataDir: string,
  old: readonly Run[],
): Promise<number> {
  let removed = 0;
  for (const [path, runs] of byMirror(dataDir, old)) {
    const [first] = runs;
    if (first === undefined || !existsSync(path)) continue;
    if (await removeUnneeded(database, path, first.repository)) removed += 1;
    else await unpin(path, runs);
  }
  return removed;
}

function byMirror(dataDir: string, runs: readonly Run[]): Map<string, Run[]> {
  const found = new Map<string, Run[]>();
  for (const run of runs) {
    const path = mirrorPathOf(dataDir, run.repository);
    found.set(path, [...(found.get(path) ?? []), run]);
  }
  return found;
}

/** Under the write lock, so that a run which is stored now finds the mirror gone or keeps it. */
async function removeUnneeded(
  database: Database,
  path: string,
  { forge, name }: RepositoryRef,
): Promise<boolean> {
  const away = `${path}.gone-${randomUUID()}`;
  const moved = database.write(() => {
    const needed = database.get(
      `SELECT 1 FROM runs WHERE json_extract(body, '$.repository.forge') = ?
         AND json_extract(body, '$.repository.name') = ?
         AND json_extract(body, '$.collectedAt') IS NULL`,
      forge,
      name,
    );
    if (needed !== undefined) return false;
    renameSync(path, away);
    return true;
  });
  if (moved) await rm(away, { recursive: true, force: true });
  return moved;
}

async function unpin(mirror: string, runs: readonly Run[]): Promise<void> {
  const at = ['--git-dir', mirror];
  const prefixes = runs.flatMap(({ id }) => [
    `refs/bases/${id}/`,
    `refs/entropy/${id}/`,
    `refs/pins/${id}/`,
  ]);
  const listed = await runGit([...at, 'for-each-ref', '--format=delete %(refname)', ...prefixes]);
  const input = listed.stdout.toString();
  if (listed.code !== 0 || input.trim() === '') return;
  await runGit([...at, 'update-ref', '--stdin'], { input });
  // A day's grace: another process may be fetching what nothing names yet.
  await runGit([...at, 'gc', '--quiet', '--prune=1.day.ago'], { timeoutMs: packMs });
}
