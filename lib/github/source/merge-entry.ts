import { type Labels, mergeText } from './merge-text.ts';
import { blobId, isRegular, sameEntry, type TreeEntry } from './object-id.ts';

/** A file in three versions: what it was, what it is, and what the change made of it. */
export interface ThreeEntries {
  readonly base: TreeEntry | undefined;
  readonly ours: TreeEntry | undefined;
  readonly theirs: TreeEntry | undefined;
}

/** What becomes of a file: `entry` undefined where it goes. `bytes` where it is neither version as it stands. */
export interface Merged {
  readonly entry: TreeEntry | undefined;
  readonly bytes?: Buffer;
  readonly conflict: boolean;
}

/**
 * Merges a file as git does. In a conflict between an edit and a deletion the edit stays; between two texts
 * git's marks do; else ours.
 */
export async function mergeEntry(
  { base, ours, theirs }: ThreeEntries,
  bytesOf: (entry: TreeEntry) => Promise<Buffer>,
  labels: Labels,
): Promise<Merged> {
  if (sameEntry(base, theirs) || sameEntry(ours, theirs)) return { entry: ours, conflict: false };
  if (sameEntry(base, ours)) return { entry: theirs, conflict: false };
  if (ours === undefined || theirs === undefined) {
    return { entry: ours ?? theirs, conflict: true };
  }
  if (!isRegular(ours) || !isRegular(theirs)) return { entry: ours, conflict: true };
  const mode = modeOf(base, ours, theirs);
  const content = await contentOf(base, ours, theirs, bytesOf, labels);
  const conflict = mode.conflict || content.conflict;
  const { id = blobId(content.bytes ?? Buffer.alloc(0)), bytes } = content;
  return { entry: { mode: mode.mode, id }, ...(bytes && { bytes }), conflict };
}

/** Executable or not: who changed it has its way. */
function modeOf(base: TreeEntry | undefined, ours: TreeEntry, theirs: TreeEntry) {
  if (ours.mode === theirs.mode || ours.mode === base?.mode) {
    return { mode: theirs.mode, conflict: false };
  }
  return { mode: ours.mode, conflict: theirs.mode !== base?.mode };
}

interface Content {
  readonly id?: string;
  readonly bytes?: Buffer;
  readonly conflict: boolean;
}

async function contentOf(
  base: TreeEntry | undefined,
  ours: TreeEntry,
  theirs: TreeEntry,
  bytesOf: (entry: TreeEntry) => Promise<Buffer>,
  labels: Labels,
): Promise<Content> {
  if (theirs.id === ours.id || theirs.id === base?.id) return { id: ours.id, conflict: false };
  if (ours.id === base?.id) return { id: theirs.id, conflict: false };
  const texts: string[] = [];
  for (const entry of [base, ours, theirs]) {
    const bytes = entry && isRegular(entry) ? await bytesOf(entry) : Buffer.alloc(0);
    if (looksBinary(bytes)) return { id: ours.id, conflict: true };
    // One character a byte: lines are compared whatever their encoding is.
    texts.push(bytes.toString('latin1'));
  }
  const [old = '', mine = '', other = ''] = texts;
  const { text, conflict } = mergeText(old, mine, other, labels);
  return { bytes: Buffer.from(text, 'latin1'), conflict };
}

/** What git takes for no text. */
function looksBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
