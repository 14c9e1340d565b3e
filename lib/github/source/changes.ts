import { folderMode, sameEntry, type TreeEntry } from './object-id.ts';
import { filesBelow, type Objects, type Tree } from './objects.ts';
import { type Folder, isFolder, type Overlay } from './overlay.ts';

/** A file that is another than before, came, or went. */
export interface FileEdit {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

/** What files laid over a commit change in it, by path in git's order; also what they took the place of. */
export async function changesOf(
  objects: Objects,
  { onto, root }: Pick<Overlay, 'onto' | 'root'>,
): Promise<FileEdit[]> {
  const edits: FileEdit[] = [];
  for await (const edit of within(objects, await objects.tree(onto), root, '')) edits.push(edit);
  return edits.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

async function* within(
  objects: Objects,
  before: Tree,
  { entries }: Folder,
  prefix: string,
): AsyncGenerator<FileEdit> {
  for (const name of new Set([...before.keys(), ...entries.keys()])) {
    const path = `${prefix}${name}`;
    const was = before.get(name);
    const is = entries.get(name);
    if (!isFolder(is) && sameEntry(was, is)) continue;
    const folderWas = was?.mode === folderMode ? was : undefined;
    const fileWas = folderWas === undefined ? was : undefined;
    const fileIs = isFolder(is) ? undefined : is;
    if (fileWas !== undefined || fileIs !== undefined) {
      yield { path, before: fileWas, after: fileIs };
    }
    if (isFolder(is)) {
      const inner = folderWas === undefined ? new Map() : await objects.tree(folderWas.id);
      yield* within(objects, inner, is, `${path}/`);
    } else if (folderWas !== undefined) {
      for await (const [gone, entry] of filesBelow(objects, folderWas.id, path)) {
        yield { path: gone, before: entry, after: undefined };
      }
    }
  }
}
