import { createHash } from 'node:crypto';

/** An entry of a tree. */
export interface TreeEntry {
  /** As git writes it: `40000` is a folder, `160000` a submodule. */
  readonly mode: string;
  readonly id: string;
}

export const folderMode = '40000';

/** True for files, executable or not. */
export function isRegular({ mode }: TreeEntry): boolean {
  return mode.startsWith('100');
}

/** True for the same object in the same mode, and for none and none. */
export function sameEntry(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.id === b?.id && a?.mode === b?.mode;
}

/** The id git gives a file's content. */
export function blobId(content: Uint8Array): string {
  return objectId('blob', content);
}

/**
 * The id git gives a tree of these entries, by name: sorted by bytes, a folder as if its name ended with a
 * slash, modes as git writes them today.
 */
export function treeId(entries: Iterable<readonly [string, TreeEntry]>): string {
  const lines = [...entries].map(([name, { mode, id }]) => ({
    key: Buffer.from(mode === folderMode ? `${name}/` : name),
    line: Buffer.concat([Buffer.from(`${presentMode(mode)} ${name}\0`), Buffer.from(id, 'hex')]),
  }));
  lines.sort((a, b) => Buffer.compare(a.key, b.key));
  return objectId('tree', Buffer.concat(lines.map(({ line }) => line)));
}

/** Old trees have files that a group may write to. */
function presentMode(mode: string): string {
  if (!mode.startsWith('100')) return mode;
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755';
}

function objectId(type: string, content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}
