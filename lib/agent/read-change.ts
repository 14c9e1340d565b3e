import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HandoffInvalid } from '../domain/errors.ts';
import type { FileChange } from '../domain/handoff.ts';
import { type GitOptions, git } from './git.ts';
import { cloneOptions, type Workspace } from './workspace.ts';

/** Bounds of what a stage may leave; the publisher's own are narrower. */
const changeBounds = { files: 1000, bytes: 20_000_000 };

/**
 * What the working tree holds that the base does not, file by file and sorted by path. Ignored files stay
 * out. Throws `HandoffInvalid`, in words for the coder, where it is beyond the bounds.
 */
export async function readChange(workspace: Workspace): Promise<FileChange[]> {
  return withIndex(workspace, async (options) => {
    const args = ['diff-index', '--cached', '--raw', '-z', '--no-renames', '--full-index'];
    const raw = await git([...args, workspace.base], options);
    const entries = entriesOf(raw.toString());
    if (entries.length > changeBounds.files) {
      throw new HandoffInvalid(
        `the change has ${entries.length} files, and ${changeBounds.files} are the most: remove what is generated, such as ${entries[0]?.path}`,
      );
    }
    const unnamed = entries.find((entry) => entry.path.includes('\ufffd'));
    if (unnamed) throw new HandoffInvalid(`a file's name is not UTF-8: ${unnamed.path}`);
    await checkSizes(entries, options);
    const files: FileChange[] = [];
    for (const entry of entries) files.push(await fileOf(entry, options));
    return files;
  });
}

/** The change in the working tree as a patch for people and models to read. */
export async function readDiff(workspace: Workspace): Promise<string> {
  return withIndex(workspace, async (options) => {
    const args = [
      'diff-index',
      '--cached',
      '--patch',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
    ];
    return (await git([...args, workspace.base], options)).toString();
  });
}

/** Adds the working tree to an index made for this once. */
async function withIndex<T>(
  workspace: Workspace,
  use: (options: GitOptions) => Promise<T>,
): Promise<T> {
  const index = join(workspace.gitDir, `index-${randomUUID()}`);
  const plain = cloneOptions(workspace);
  const options = { ...plain, env: { ...plain.env, GIT_INDEX_FILE: index } };
  try {
    // Not the clone's own index: it knows files by size and second, and would miss a quick edit.
    await git(['read-tree', workspace.base], options);
    await addAll(options);
    return await use(options);
  } finally {
    await rm(index, { force: true });
  }
}

/** What git can't add (a repository within the repository, say) is for the coder to put right. */
async function addAll(options: GitOptions): Promise<void> {
  try {
    await git(['add', '--all'], options);
  } catch (error) {
    throw new HandoffInvalid(
      `the working tree can't be read as a change: ${(error as Error).message}`,
    );
  }
}

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly id: string;
  readonly deleted: boolean;
}

/** `:oldmode newmode oldid newid status NUL path NUL` and again. */
function entriesOf(raw: string): Entry[] {
  const fields = raw.split('\0');
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode, mode, , id, status] = (fields[at] ?? '').slice(1).split(' ');
    if (mode === undefined || oldMode === undefined || id === undefined) continue;
    const deleted = status === 'D';
    entries.push({ path: fields[at + 1] ?? '', mode: deleted ? oldMode : mode, id, deleted });
  }
  return entries;
}

async function checkSizes(entries: readonly Entry[], options: GitOptions): Promise<void> {
  const blobs = entries.filter((entry) => !entry.deleted && entry.mode !== '160000');
  if (blobs.length === 0) return;
  const input = `${blobs.map((entry) => entry.id).join('\n')}\n`;
  const check = await git(['cat-file', '--batch-check=%(objectsize)'], { ...options, input });
  const sizes = check.toString().trim().split('\n').map(Number);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= changeBounds.bytes) return;
  const largest = blobs[sizes.indexOf(Math.max(...sizes))]?.path;
  throw new HandoffInvalid(
    `the change has ${total} bytes, and ${changeBounds.bytes} are the most: remove what is generated; the largest file is ${largest}`,
  );
}

async function fileOf(entry: Entry, options: GitOptions): Promise<FileChange> {
  const mode = entry.mode as FileChange['mode'];
  if (entry.deleted) return { path: entry.path, mode, content: null };
  // A submodule has no blob; its commit's id stands in for the content.
  const bytes =
    mode === '160000' ? Buffer.from(entry.id) : await git(['cat-file', 'blob', entry.id], options);
  return { path: entry.path, mode, content: bytes.toString('base64') };
}
