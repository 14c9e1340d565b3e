import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PolicyViolation } from '../domain/errors.ts';
import type { FileChange } from '../domain/handoff.ts';

/**
 * Lays a change over a folder: deletions first, then files with their modes. Nothing outside `dir` and
 * nothing in a `.git` is touched, and no symbolic link is followed; a path that asks for it is a
 * `PolicyViolation`. A submodule becomes an empty folder, as in a plain clone.
 */
export async function applyChange(dir: string, files: readonly FileChange[]): Promise<void> {
  for (const file of files) checkPath(file.path);
  for (const file of files) if (file.content === null) await remove(dir, file.path);
  for (const file of files) if (file.content !== null) await put(dir, file, file.content);
}

/** Throws `PolicyViolation` unless the path is plain, relative and outside any `.git`. */
function checkPath(path: string): void {
  const parts = path.split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..');
  if (odd || path.includes('\0') || path.includes('\\')) {
    throw new PolicyViolation(`not a plain relative path: ${JSON.stringify(path)}`);
  }
  if (parts.some((part) => /^\.git[ .]*$/i.test(part))) {
    throw new PolicyViolation(`a change can't touch git's own files: ${JSON.stringify(path)}`);
  }
}

async function remove(dir: string, path: string): Promise<void> {
  // Below a link there is nothing of this tree's.
  if ((await parentOf(dir, path)) !== 'folder') return;
  const found = await kindOf(join(dir, path));
  if (found === 'folder') await removeEmpty(join(dir, path));
  else if (found !== 'none') await unlink(join(dir, path));
  // Git keeps no empty folders, and a test runner may look at them.
  let parent = dirname(path);
  while (parent !== '.' && (await removeEmpty(join(dir, parent)))) parent = dirname(parent);
}

async function put(dir: string, file: FileChange, content: string): Promise<void> {
  await makeParents(dir, file.path);
  const target = join(dir, file.path);
  const found = await kindOf(target);
  if (file.mode === '160000') {
    if (found !== 'folder') await mkdir(target);
    return;
  }
  if (found === 'folder' && !(await removeEmpty(target))) {
    throw new PolicyViolation(`a folder with files stands where a file is to be: ${file.path}`);
  }
  if (found === 'file' || found === 'link') await unlink(target);
  const bytes = Buffer.from(content, 'base64');
  if (file.mode === '120000') return symlink(bytes, target);
  const flags =
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  await using handle = await open(target, flags, 0o600);
  await handle.writeFile(bytes);
  // Set apart from `open`, where the umask would take bits away.
  await handle.chmod(file.mode === '100755' ? 0o755 : 0o644);
}

/** `folder` where every parent of the path is a real folder; what stands in the way otherwise. */
async function parentOf(dir: string, path: string): Promise<Kind> {
  let at = dir;
  for (const part of path.split('/').slice(0, -1)) {
    at = join(at, part);
    const found = await kindOf(at);
    if (found !== 'folder') return found;
  }
  return 'folder';
}

async function makeParents(dir: string, path: string): Promise<void> {
  let at = dir;
  for (const part of path.split('/').slice(0, -1)) {
    at = join(at, part);
    const found = await kindOf(at);
    if (found === 'none') await mkdir(at);
    else if (found !== 'folder') {
      throw new PolicyViolation(`a ${found} stands where a folder is to be, on the way to ${path}`);
    }
  }
}

type Kind = 'none' | 'folder' | 'link' | 'file';

async function kindOf(path: string): Promise<Kind> {
  try {
    const stat = await lstat(path);
    if (stat.isDirectory()) return 'folder';
    return stat.isSymbolicLink() ? 'link' : 'file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'none';
    throw error;
  }
}

/** True where the folder was empty and is gone. */
async function removeEmpty(path: string): Promise<boolean> {
  if ((await readdir(path)).length > 0) return false;
  await rmdir(path);
  return true;
}
