import { RepositoryInvalid } from '../../domain/errors.ts';
import type { FileChange } from '../../domain/handoff.ts';
import { blobId, folderMode, type TreeEntry, treeId } from './object-id.ts';
import type { Objects } from './objects.ts';

/** A folder of a commit that files are laid over. */
export interface Folder {
  readonly entries: Map<string, TreeEntry | Folder>;
  /** Id of the tree that it still is. */
  id: string | undefined;
}

/** Files laid over a commit. */
export interface Overlay {
  readonly root: Folder;
  /** Id of the tree that they were laid over. */
  readonly onto: string;
  /** Contents of the files, by their ids. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** True for an entry that files were laid into. */
export function isFolder(entry: TreeEntry | Folder | undefined): entry is Folder {
  return entry !== undefined && 'entries' in entry;
}

/**
 * Lays files over a commit, in their order, as git's index does: a file takes the place of a folder and of a
 * file that its folder needs; what git holds no file under is left out. Reads only folders on their paths.
 */
export async function layOver(
  objects: Objects,
  commit: string,
  files: readonly FileChange[],
): Promise<Overlay> {
  const onto = await objects.rootOf(commit);
  const root = await opened(objects, onto);
  const contents = new Map<string, Buffer>();
  for (const { path, mode, content } of files) {
    if (!isHeld(path)) continue;
    if (content === null) {
      await remove(objects, root, path.split('/'));
      continue;
    }
    const bytes = Buffer.from(content, 'base64');
    const id = blobId(bytes);
    contents.set(id, bytes);
    await put(objects, root, path.split('/'), { mode, id });
  }
  return { root, onto, contents };
}

/** Id of the tree that a folder is now. Throws `RepositoryInvalid` where it has a name that is no text. */
export function treeOfFolder(folder: Folder): string {
  folder.id ??= treeId(
    [...folder.entries].flatMap(([name, entry]): [string, TreeEntry][] => {
      if (name.includes('\uFFFD')) {
        throw new RepositoryInvalid(`${JSON.stringify(name)} is no name in UTF-8`);
      }
      if (!isFolder(entry)) return [[name, entry]];
      return isEmpty(entry) ? [] : [[name, { mode: folderMode, id: treeOfFolder(entry) }]];
    }),
  );
  return folder.id;
}

/** Git has no empty folders. */
function isEmpty({ entries }: Folder): boolean {
  return [...entries.values()].every((entry) => isFolder(entry) && isEmpty(entry));
}

async function opened(objects: Objects, id: string): Promise<Folder> {
  return { id, entries: new Map(await objects.tree(id)) };
}

async function put(
  objects: Objects,
  folder: Folder,
  [name = '', ...rest]: readonly string[],
  file: TreeEntry,
): Promise<void> {
  if (rest.length === 0) folder.entries.set(name, file);
  else {
    const found = await folderAt(objects, folder, name);
    const inner = found ?? { id: undefined, entries: new Map() };
    folder.entries.set(name, inner);
    await put(objects, inner, rest, file);
  }
  folder.id = undefined;
}

/** Only a file is removed, never a folder. */
async function remove(
  objects: Objects,
  folder: Folder,
  [name = '', ...rest]: readonly string[],
): Promise<boolean> {
  const entry = folder.entries.get(name);
  let done = false;
  if (rest.length > 0) {
    const inner = await folderAt(objects, folder, name);
    done = inner !== undefined && (await remove(objects, inner, rest));
  } else if (entry !== undefined && !isFolder(entry) && entry.mode !== folderMode) {
    done = folder.entries.delete(name);
  }
  if (done) folder.id = undefined;
  return done;
}

/** The folder of that name, opened. */
async function folderAt(
  objects: Objects,
  { entries }: Folder,
  name: string,
): Promise<Folder | undefined> {
  const entry = entries.get(name);
  if (entry === undefined || isFolder(entry)) return entry;
  if (entry.mode !== folderMode) return undefined;
  const inner = await opened(objects, entry.id);
  entries.set(name, inner);
  return inner;
}

/** Git's own folder, in any spelling, and what is no path are never in its index. */
function isHeld(path: string): boolean {
  return path
    .split('/')
    .every((name) => !/^$|^\.\.?$|\0|^(?:\.git|git~1)[. ]*(?::.*)?$/i.test(name));
}
