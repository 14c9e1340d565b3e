/**
 * The command that enters `folder`, sets limits of its own process and then becomes `command`. Address space is not
 * limited: Node and Go reserve far more than they use. What a shell does not know it passes over.
 */
export function withUlimits(
  command: readonly string[],
  given: { readonly threads?: number; readonly folder?: string },
): string[] {
  const script = [
    'ulimit -c 0',
    `ulimit -n ${openFiles}`,
    `ulimit -f ${fileBlocks}`,
    // dash and bash have different letters for it.
    ...(given.threads ? [`ulimit -u ${given.threads} || ulimit -p ${given.threads}`] : []),
    // Where memory runs out the kernel takes a sandbox before it takes the server.
    'if [ -w /proc/self/oom_score_adj ]; then echo 900 > /proc/self/oom_score_adj; fi',
    'umask 022',
    'unset PWD OLDPWD SHLVL',
  ];
  const quiet = script.map((line) => `{ ${line}; } 2>/dev/null`).join('; ');
  // Here and not before: only the user that this is run as by now may enter it.
  const enter = given.folder ? `cd '${given.folder}' || exit 1; ` : '';
  return ['/bin/sh', '-c', `${enter}${quiet}; exec "$@"`, 'sh', ...command];
}

/** Files that one process may have open. */
export const openFiles = 16_384;
/** The largest file. */
export const fileBytes = 8 * 1024 ** 3;
/** In blocks of 512 bytes, as POSIX counts; some shells count in 1024. */
const fileBlocks = fileBytes / 512;
/** A process has about this many threads where it has many; a thread counts where the kernel counts. */
export const threadsPerProcess = 32;
