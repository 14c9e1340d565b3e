import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-table.ts';
import { membersOf, type Tree } from './tree.ts';

/** Rounds of `endTree`; with its pauses they take at most about ten seconds. */
const rounds = 60;

/**
 * Kills all processes of the tree until none is left. They are stopped before they are killed, so that
 * none starts another in between. Returns how many were found and whether all of them are gone.
 */
export async function endTree(tree: Tree): Promise<{ found: number; gone: boolean }> {
  const found = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    if (tree.ownsGroup && tree.root !== undefined) send(-tree.root.pid, 'SIGKILL');
    const members = membersOf(tree);
    if (members.length === 0) return { found: found.size, gone: true };
    for (const member of members) {
      found.add(`${member.pid} ${member.startTime}`);
      send(member.pid, 'SIGSTOP');
    }
    for (const member of members) if (isAlive(member)) send(member.pid, 'SIGKILL');
    await sleep(Math.min(10 * (round + 1), 200));
  }
  return { found: found.size, gone: membersOf(tree).length === 0 };
}

/** Sends a signal to a process, or with a negative number to a group; gone already is fine. */
export function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // macOS answers EPERM for a group that only holds processes waiting to be collected.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
