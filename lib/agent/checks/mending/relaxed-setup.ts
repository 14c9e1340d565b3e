import type { Checks, CommandRun } from '../../../domain/evidence.ts';

/** What an installer says of a lock file that does not fit its manifest, and the same install without the lock's word. */
const relaxed: readonly (readonly [RegExp, (command: string) => string])[] = [
  [
    /npm ci.* can only install packages when|EUSAGE[\s\S]*npm ci/,
    (command) => command.replace(/\bnpm (ci|clean-install)\b/, 'npm install'),
  ],
  [
    /ERR_PNPM_(OUTDATED_LOCKFILE|NO_LOCKFILE|LOCKFILE_CONFIG_MISMATCH)/,
    (command) =>
      command
        .replace(/ --frozen-lockfile\b/, '')
        .replace(/\bpnpm install\b/, 'pnpm install --no-frozen-lockfile'),
  ],
  [
    /Your lockfile needs to be updated|The lockfile would have been modified by this install/,
    (command) =>
      command
        .replace(/ --(frozen-lockfile|immutable)\b/, '')
        .replace(/(YARN_ENABLE_TELEMETRY=0) yarn/, '$1 YARN_ENABLE_IMMUTABLE_INSTALLS=false yarn'),
  ],
];

/** The checks with a set-up that takes a lock file as it is; undefined where that is not why it failed. */
export function withRelaxedSetup(checks: Checks, last: CommandRun): Checks | undefined {
  const [, relax] = relaxed.find(([sign]) => sign.test(last.outputTail)) ?? [];
  if (relax === undefined) return undefined;
  const setup = checks.setup.map((line) => (line === last.command ? relax(line) : line));
  return setup.join('\n') === checks.setup.join('\n') ? undefined : { ...checks, setup };
}
