import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxUnavailable } from '../../domain/errors.ts';
import { onDisk } from '../storage-errors.ts';

/** A stage's own folders on the host. Nothing else on the disk is writable in a `bubblewrap` sandbox. */
export interface Folders {
  readonly top: string;
  readonly workspace: string;
  readonly home: string;
  readonly tmp: string;
  /** Stands for /dev/shm: on the disk, because memory behind it would be out of the supervisor's sight. */
  readonly shm: string;
  /** The harness's own, which its tools can't write to. */
  readonly private: string;
  /** The few files of /etc that are the sandbox's own. */
  readonly etc: string;
}

/** Where the folders of a stage are. Throws `SandboxUnavailable` for names that are no file names. */
export function foldersOf(dataDir: string, run: string, stage: string): Folders {
  for (const name of [run, stage]) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) {
      throw new SandboxUnavailable(`not usable as a folder's name: ${JSON.stringify(name)}`);
    }
  }
  const top = join(dataDir, 'work', run, stage);
  const inside = (name: string) => join(top, name);
  return {
    top,
    workspace: inside('workspace'),
    home: inside('home'),
    tmp: inside('tmp'),
    shm: inside('shm'),
    private: inside('private'),
    etc: inside('etc'),
  };
}

/**
 * Makes the folders, empty. `owner` is the user the sandbox runs as where that is not the server's;
 * `rustup` is where the host's Rust toolchains are, which cargo looks for in the home folder.
 */
export async function makeFolders(
  folders: Folders,
  given: { readonly owner?: number; readonly rustup?: string },
): Promise<void> {
  await onDisk(folders.top, async () => {
    await removeFolder(folders.top);
    await mkdir(folders.top, { recursive: true, mode: 0o700 });
    const { workspace, home, tmp, shm } = folders;
    for (const path of [workspace, home, tmp, shm, folders.private]) {
      await mkdir(path, { mode: 0o700 });
      if (given.owner !== undefined) await chown(path, given.owner, given.owner);
    }
    await chmod(folders.tmp, 0o1777);
    if (given.rustup) await symlink(given.rustup, join(folders.home, '.rustup'));
    await makeEtc(folders.etc);
  });
}

async function makeEtc(etc: string): Promise<void> {
  const user = (id: number) => `sandbox:x:${id}:${id}::/home/sandbox:/bin/sh\n`;
  const others =
    'root:x:0:0::/nonexistent:/bin/false\nnobody:x:65534:65534::/nonexistent:/bin/false\n';
  await mkdir(etc, { mode: 0o755 });
  const files = {
    passwd: user(sandboxId) + others,
    group: `sandbox:x:${sandboxId}:\nroot:x:0:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
    /** Stands in for files that are hidden. */
    empty: '',
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(etc, name), text, { mode: 0o644 });
  }
}

/** User and group id inside a `bubblewrap` sandbox. */
export const sandboxId = 1000;

/** Removes all that a stage had on the disk, and the run's folder with its last stage. */
export async function removeFolders({ top }: Folders): Promise<void> {
  await removeFolder(top);
  // Another stage of the run may still be in it.
  await rmdir(dirname(top)).catch(() => undefined);
}

const run = promisify(execFile);

/**
 * Removes what a sandbox left. Folders without permissions and trees deeper than a path may be long are
 * more than `rm` of Node copes with.
 */
async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    const options = { timeout: 60_000, env: { PATH: '/usr/bin:/bin' } };
    await run('chmod', ['-R', 'u+rwx', '--', path], options).catch(() => undefined);
    await run('rm', ['-rf', '--', path], options);
  }
}
