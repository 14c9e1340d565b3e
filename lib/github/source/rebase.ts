import type { FileChange } from '../../domain/handoff.ts';
import type { Source } from '../../domain/source.ts';
import { changesOf } from './changes.ts';
import { type Merged, mergeEntry } from './merge-entry.ts';
import { folderMode, sameEntry, type TreeEntry } from './object-id.ts';
import { entryAt, filesBelow, type Objects } from './objects.ts';
import { layOver } from './overlay.ts';

/**
 * Merges what a change did to `from` into `onto`, see `Source`: file by file, so that a file which others
 * renamed meanwhile is one that they deleted. A file that finds a folder in its place, or a file in place of
 * its folder, is a conflict and left out.
 */
export async function rebaseFiles(
  objects: Objects,
  { from, onto, files }: Parameters<Source['rebase']>[1],
): ReturnType<Source['rebase']> {
  const overlay = await layOver(objects, from, files);
  const root = await objects.rootOf(onto);
  const bytesOf = async ({ id }: TreeEntry) => overlay.contents.get(id) ?? objects.blob(id);
  const labels = { ours: onto, theirs: 'the change' };
  const results: Result[] = [];
  for (const { path, before, after } of await changesOf(objects, overlay)) {
    const found = await entryAt(objects, root, path);
    const ours = found?.mode === folderMode ? undefined : found;
    const versions = { base: before, ours, theirs: after };
    results.push({ path, ours, ...(await mergeEntry(versions, bytesOf, labels)) });
  }
  const blocked = await blockedIn(objects, root, results);
  const made: FileChange[] = [];
  for (const { path, ours, entry, bytes } of results) {
    if (sameEntry(ours, entry) || blocked.has(path)) continue;
    const content = entry === undefined ? undefined : (bytes ?? (await bytesOf(entry)));
    const mode = (entry ?? ours)?.mode as FileChange['mode'];
    made.push({ path, mode, content: content?.toString('base64') ?? null });
  }
  const conflicts = results.filter(({ path, conflict }) => conflict || blocked.has(path));
  return { files: made, conflicts: conflicts.map(({ path }) => path) };
}

interface Result extends Merged {
  readonly path: string;
  readonly ours: TreeEntry | undefined;
}

/** Paths of files that can't be where they would be: others have a folder there, or a file above it. */
async function blockedIn(
  objects: Objects,
  root: string,
  results: readonly Result[],
): Promise<Set<string>> {
  const gone = new Set(results.filter(({ entry }) => entry === undefined).map(({ path }) => path));
  const blocked = new Set<string>();
  for (const { path, ours, entry } of results) {
    if (entry === undefined || sameEntry(ours, entry)) continue;
    const parts = path.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const above = parts.slice(0, length).join('/');
      const found = await entryAt(objects, root, above);
      if (found !== undefined && found.mode !== folderMode && !gone.has(above)) blocked.add(path);
    }
    const found = await entryAt(objects, root, path);
    if (found?.mode !== folderMode) continue;
    for await (const [below] of filesBelow(objects, found.id, path)) {
      if (gone.has(below)) continue;
      blocked.add(path);
      break;
    }
  }
  return blocked;
}
