import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of /proc that tell of the whole machine, or change it; /proc/sys is root's alone, which nobody is. */
const readOnlyProc = ['fs', 'irq', 'bus', 'sysrq-trigger', 'mtrr'];
const hiddenProc = ['kcore', 'keys', 'timer_list', 'sched_debug', 'latency_stats', 'kallsyms'];

/**
 * What the harness starts each tool through, inside its sandbox: a bubblewrap that keeps files and network as
 * they are, but for `privateFolder`, which tools can only read. Tools share the harness's user, so a pid
 * namespace and a /proc of their own are what keeps them from signalling, tracing and reading it; the namespace ends
 * with the command, and all that is in it. User namespaces, of which the harness may make this one, are refused.
 */
export function toolWrapper(
  boundary: { readonly bwrap: string; readonly sealed: boolean },
  privateFolder: string,
): string[] {
  const covers = (names: readonly string[]) =>
    names.map((name) => join('/proc', name)).filter(existsSync);
  return [
    ...[boundary.bwrap, '--unshare-user', ...(boundary.sealed ? ['--disable-userns'] : [])],
    ...['--unshare-pid', '--die-with-parent', '--cap-drop', 'ALL'],
    ...['--dev-bind', '/', '/', '--proc', '/proc'],
    ...covers(readOnlyProc).flatMap((path) => ['--ro-bind', path, path]),
    ...covers(hiddenProc).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...['--ro-bind', privateFolder, privateFolder, '--'],
  ];
}
