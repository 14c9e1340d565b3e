import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileChange } from '../../domain/handoff.ts';
import { type GitEnvironment, git, gitLine } from './git.ts';

/**
 * Writes the tree of `commit` with `files` laid over it and gives the tree's id. Works in an index of
 * its own, so the repository's index, working tree and branches stay as they are.
 */
export async function overlayTree(
  gitDir: string,
  commit: string,
  files: readonly FileChange[],
  environment?: GitEnvironment,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'entropy-index-'));
  try {
    const blobs = await writeBlobs(gitDir, folder, files, environment);
    const call = { environment, variables: { GIT_INDEX_FILE: join(folder, 'index') } };
    await git(['--git-dir', gitDir, 'read-tree', commit], call);
    const none = '0'.repeat(commit.length);
    const entries = files.map((file) => {
      const blob = blobs.get(file);
      return blob === undefined
        ? `0 ${none}\t${file.path}\0`
        : `${file.mode} ${blob}\t${file.path}\0`;
    });
    await git(['--git-dir', gitDir, 'update-index', '-z', '--index-info'], {
      ...call,
      input: entries.join(''),
    });
    return await gitLine(['--git-dir', gitDir, 'write-tree'], call);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stores the contents byte for byte: no filter, no line ending is applied. */
async function writeBlobs(
  gitDir: string,
  folder: string,
  files: readonly FileChange[],
  environment: GitEnvironment | undefined,
): Promise<Map<FileChange, string>> {
  const kept: FileChange[] = [];
  const paths: string[] = [];
  for (const file of files) {
    if (file.content === null) continue;
    const path = join(folder, `blob-${kept.length}`);
    await writeFile(path, Buffer.from(file.content, 'base64'));
    paths.push(path);
    kept.push(file);
  }
  const args = ['--git-dir', gitDir, 'hash-object', '-w', '--no-filters', '--stdin-paths'];
  const output = await gitLine(args, { environment, input: paths.map((p) => `${p}\n`).join('') });
  const ids = output.split('\n');
  return new Map(kept.map((file, at) => [file, ids[at] as string]));
}
