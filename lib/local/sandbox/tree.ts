import { isOlder, type ProcessEntry, processTable, variableOf } from './process-table.ts';

/** Stays in the environment of everything a sandbox starts, so that strays can be told by it. */
export const marker = 'SANDBOX_ID';

/** What is known of a sandbox's processes; `seen` is filled by `membersOf`. */
export interface Tree {
  readonly id: string;
  /** The first process, which leads a group of its own; undefined where its start was not recorded. */
  readonly root?: { readonly pid: number; readonly startTime: string };
  /** True while the group's number can't have passed to others: the root is, or just was, our child. */
  readonly ownsGroup: boolean;
  /** Start times of members by pid: a member stays one after its parent ended. */
  readonly seen: Map<number, string>;
}

/**
 * Live processes of the tree: its group, what carries its marker, what was a member before, and the
 * descendants of all these.
 */
export function membersOf(tree: Tree): ProcessEntry[] {
  const table = processTable();
  const members = new Map<number, ProcessEntry>();
  const rootLives =
    tree.root !== undefined && table.get(tree.root.pid)?.startTime === tree.root.startTime;
  for (const entry of table.values()) {
    const inGroup = (rootLives || tree.ownsGroup) && entry.pgid === tree.root?.pid;
    const known = tree.seen.get(entry.pid) === entry.startTime;
    if (inGroup || known || isMarked(entry, tree)) members.set(entry.pid, entry);
  }
  addDescendants(table, members);
  // Whatever the table says, whoever asks is not to be ended.
  members.delete(process.pid);
  tree.seen.clear();
  for (const entry of members.values()) tree.seen.set(entry.pid, entry.startTime);
  return [...members.values()];
}

/** Most of what runs on a machine is older than the sandbox: its environment need not be read. */
function isMarked(entry: ProcessEntry, { root, id }: Tree): boolean {
  if (root !== undefined && isOlder(entry, root)) return false;
  return variableOf(entry.pid, marker) === id;
}

function addDescendants(
  table: ReadonlyMap<number, ProcessEntry>,
  members: Map<number, ProcessEntry>,
): void {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of table.values()) {
    const siblings = children.get(entry.ppid);
    if (siblings) siblings.push(entry);
    else children.set(entry.ppid, [entry]);
  }
  const queue = [...members.values()];
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
    for (const child of children.get(parent.pid) ?? []) {
      if (members.has(child.pid)) continue;
      members.set(child.pid, child);
      queue.push(child);
    }
  }
}
