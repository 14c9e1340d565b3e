import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './exec.ts';

/** Whether head merges into base, and the merged tree where it does. */
export interface Mergeability {
  readonly clean: boolean;
  readonly tree?: string;
}

/** What git answers to an option that it does not know. */
const usageError = 129;

/** Merges two commits. No branch is moved. */
export async function tryMerge(git: Git, base: string, head: string): Promise<Mergeability> {
  const result = await git.run(['merge-tree', '--write-tree', '--no-messages', base, head]);
  if (result.code === usageError) return mergeInIndex(git, base, head);
  if (result.code !== 0) return { clean: false };
  return { clean: true, tree: result.stdout.toString().trim() };
}

/** The same for git before 2.38, which can't merge without an index; follows no renames. */
export async function mergeInIndex(git: Git, base: string, head: string): Promise<Mergeability> {
  const dir = join(git.dir, `merge-${randomUUID()}`);
  const tree = join(dir, 'tree');
  const env = { GIT_DIR: git.dir, GIT_INDEX_FILE: join(dir, 'index'), GIT_WORK_TREE: tree };
  try {
    await mkdir(tree, { recursive: true });
    const ancestor = await git.text(['merge-base', base, head]);
    await git.text(['read-tree', '-i', '-m', '--aggressive', ancestor, base, head], { env });
    const args = ['-C', tree, 'merge-index', '-o', '-q', 'git-merge-one-file', '-a'];
    if ((await git.run(args, { env })).code !== 0) return { clean: false };
    return { clean: true, tree: await git.text(['write-tree'], { env }) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** How many commits `head` has that `base` has not. */
export async function commitsAhead(git: Git, base: string, head: string): Promise<number> {
  return Number(await git.text(['rev-list', '--count', `${base}..${head}`]));
}
