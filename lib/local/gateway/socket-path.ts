import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest path that a unix socket may have on every system we run on. */
const longest = 100;

/**
 * A fresh path for this process's socket, in a folder only its user can enter. Sockets whose process is
 * gone are removed. Where the folder's path is too long for a socket, a temporary folder stands in.
 */
export async function freshSocketPath(folder: string): Promise<string> {
  const name = `${process.pid}-${randomBytes(4).toString('hex')}.sock`;
  if (Buffer.byteLength(join(folder, name)) > longest) {
    return join(await mkdtemp(join(tmpdir(), 'entropy-gateway-')), name);
  }
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder)) {
    const pid = /^(\d+)-[0-9a-f]{8}\.sock$/.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, entry), { force: true });
  }
  return join(folder, name);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
