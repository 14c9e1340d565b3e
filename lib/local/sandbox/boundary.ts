import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getuid, platform } from 'node:process';
import { promisify } from 'node:util';
import { sandboxId } from './folders.ts';
import { toolWrapper } from './tool-wrapper.ts';
import { systemFolders } from './toolchains.ts';

/**
 * How bubblewrap makes the boundary here. Started by an ordinary user it makes a user namespace. Started
 * by root it must not stay root: without a capability root still may write /proc/sys and change the modes
 * of devices, so `setpriv` gives up the identity after the mounts are made.
 */
export interface Boundary {
  readonly bwrap: string;
  /** Paths of `setpriv` and `mount`, where the server is root. */
  readonly asRoot?: { readonly setpriv: string; readonly mount: string };
  /** Whether user namespaces are refused to tools; bubblewrap knows that from 0.8 on. */
  readonly sealed: boolean;
}

/** The user a sandbox has on the host where the server is root; no distribution gives this id away. */
export const droppedId = 65_530;

const withoutBubblewrap = 'or choose `--sandbox process`, which is no boundary';

/** The strongest boundary that works here, or why there is none and how to mend it. */
export async function findBoundary(): Promise<Boundary | { readonly reason: string }> {
  if (platform !== 'linux') {
    return { reason: `bubblewrap needs Linux; run on Linux, ${withoutBubblewrap}` };
  }
  const bwrap = find('bwrap');
  if (bwrap === undefined) {
    return {
      reason: `bubblewrap is not installed: install the package bubblewrap, ${withoutBubblewrap}`,
    };
  }
  const isRoot = getuid?.() === 0;
  const [setpriv, mount] = [find('setpriv'), find('mount')];
  if (isRoot && !(setpriv && mount)) {
    return {
      reason: `setpriv or mount is missing, without which the sandbox would be root: install the package util-linux, run as an ordinary user, ${withoutBubblewrap}`,
    };
  }
  let complaint = '';
  const asRoot = isRoot && setpriv && mount ? { asRoot: { setpriv, mount } } : {};
  for (const candidate of [true, false].map((sealed) => ({ bwrap, sealed, ...asRoot }))) {
    const failed = await tryOut(candidate);
    if (failed === undefined) return candidate;
    complaint ||= failed;
  }
  return { reason: `${complaint}: ${remedyFor(complaint)}, ${withoutBubblewrap}` };
}

/** Only where the system's packages put programs: those folders are visible inside as well. */
function find(program: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']
    .map((folder) => join(folder, program))
    .find(existsSync);
}

/** bubblewrap's options before the mounts. */
export function namespaceOptions(boundary: Boundary): string[] {
  const own = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts'];
  const caps = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SYS_ADMIN'];
  const kept = caps.flatMap((cap) => ['--cap-add', cap]);
  return [
    ...own,
    '--unshare-cgroup-try',
    ...['--hostname', 'sandbox', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...(boundary.asRoot ? kept : userOptions),
  ];
}

/**
 * What runs between bubblewrap and the harness where the server is root: gives up the identity and all
 * capabilities. Before, it mounts a /proc with nothing laid over, as bubblewrap's own has it for root: Linux lets
 * a user namespace mount a /proc of its own only where a whole one is to be seen, and the tools' wrapper must.
 */
export function dropCommand(boundary: Boundary): string[] {
  if (boundary.asRoot === undefined) return [];
  const { setpriv, mount } = boundary.asRoot;
  const whole = `${mount} -t proc -o nosuid,nodev,noexec proc /proc && exec "$@"`;
  const ids = [`--reuid=${droppedId}`, `--regid=${droppedId}`, '--clear-groups'];
  const caps = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
  const inner = [boundary.bwrap, ...userOptions, '--die-with-parent', '--cap-drop', 'ALL'];
  return [
    ...['/bin/sh', '-c', whole, 'sh', setpriv, ...ids, ...caps, '--'],
    ...[...inner, '--dev-bind', '/', '/', '--'],
  ];
}

const userOptions = ['--unshare-user', '--uid', String(sandboxId), '--gid', String(sandboxId)];

const run = promisify(execFile);

/** Starts `true` as a tool in a sandbox; what bubblewrap said where that failed. */
async function tryOut(boundary: Boundary): Promise<string | undefined> {
  const shown = systemFolders.filter(existsSync).flatMap((path) => ['--ro-bind', path, path]);
  const mounts = [...shown, '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'];
  const tool = [...toolWrapper(boundary, '/tmp'), 'true'];
  const args = [...namespaceOptions(boundary), ...mounts, '--', ...dropCommand(boundary), ...tool];
  try {
    await run(boundary.bwrap, args, { timeout: 20_000, env: { PATH: '/usr/bin:/bin' } });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim().split('\n')[0] ?? 'bubblewrap failed';
  }
}

function remedyFor(complaint: string): string {
  if (!/namespace|uid map|uid_map|permi|No space left|mount/i.test(complaint)) {
    return 'see whether `bwrap --unshare-all --ro-bind / / true` works';
  }
  return 'allow user namespaces (one of `sysctl -w kernel.unprivileged_userns_clone=1`, `sysctl -w user.max_user_namespaces=10000`, `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; in a container, start it privileged)';
}
