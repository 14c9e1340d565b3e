import { chmodSync, mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxUnavailable } from '../domain/errors.ts';

/**
 * From here on, and for good, this process opens, makes and removes files as `user` (whose group has the same
 * number): what tools made is its own to change, what it makes is theirs, and a path that a tool made it follow
 * leads no further than a tool gets. It stays itself otherwise: tools can neither signal nor read it. Throws
 * `SandboxUnavailable` where the process may not do that.
 */
export function touchFilesAs(user: number): void {
  try {
    // The group first: the user may not be allowed to.
    process.setegid?.(user);
    process.seteuid?.(user);
  } catch (error) {
    throw new SandboxUnavailable(
      `tools can't have a user of their own: ${(error as Error).message}; start the container without \`no-new-privileges\`, with the capabilities SETUID and SETGID`,
      { cause: error },
    );
  }
}

/**
 * Makes a folder in `tmp` that other users can read and not change. Throws `SandboxUnavailable` where they
 * could put another in its place.
 */
export function makePrivateFolder(tmp: string): string {
  if ((statSync(tmp).mode & sticky) === 0) {
    throw new SandboxUnavailable(`${tmp} lacks the sticky bit: chmod 1777 ${tmp}`);
  }
  const folder = mkdtempSync(join(tmp, 'harness-'));
  chmodSync(folder, 0o755);
  return folder;
}

const sticky = 0o1000;
