import type { Git } from './exec.ts';

/** Whether head merges into base, and the merged tree where it does. */
export interface Mergeability {
  readonly clean: boolean;
  readonly tree?: string;
}

/** Merges two commits in memory. Nothing is moved. */
export async function tryMerge(git: Git, base: string, head: string): Promise<Mergeability> {
  const result = await git.run(['merge-tree', '--write-tree', '--no-messages', base, head]);
  if (result.code !== 0) return { clean: false };
  return { clean: true, tree: result.stdout.toString().trim() };
}

/** How many commits `head` has that `base` has not. */
export async function commitsAhead(git: Git, base: string, head: string): Promise<number> {
  return Number(await git.text(['rev-list', '--count', `${base}..${head}`]));
}
