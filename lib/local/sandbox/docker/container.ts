import { availableParallelism } from 'node:os';
import type { StageLimits } from '../../../domain/stage.ts';
import { fileBytes, openFiles, threadsPerProcess } from '../ulimits.ts';
import { mountOption, type ShownPrograms } from './mounts.ts';

/** By these a container is found again, by its launcher and by people. */
export const labels = {
  sandbox: 'entropy.sandbox',
  run: 'entropy.run',
  stage: 'entropy.stage',
} as const;

/** Where the gateway's socket is inside. */
export const socketInside = '/run/entropy/gateway.sock';

/** The harness's user in the image. */
export const harnessUser = 10_001;

/** What a container is started with. Nothing in it is secret: whoever may ask the engine can read it. */
export interface Container {
  /** The sandbox's id. */
  readonly id: string;
  readonly run: string;
  /** Text of `stageLabel`. */
  readonly stage: string;
  /** The image's own id, so that all stages of a server have the same. */
  readonly image: string;
  readonly socketPath: string;
  readonly limits: Pick<StageLimits, 'memoryBytes' | 'processes'>;
  readonly programs: ShownPrograms;
  /** The host's file of trusted certificates, where it has one. */
  readonly trustStore?: string | undefined;
  /** What runs as the harness's user; the harness itself if not given. */
  readonly command?: readonly string[];
}

const node = ['/usr/local/bin/node', '--disable-sigusr1'];
const harness = [...node, '/opt/entropy/bin/harness.mjs'];

/**
 * The image's own entry takes its two capabilities from a file, which `no-new-privileges` forbids. So the container
 * starts as root without any other capability, and this gives root up for good before anything else runs: from here
 * on it is as the image has it.
 */
const asHarness = [
  ...[`--reuid=${harnessUser}`, `--regid=${harnessUser}`, '--clear-groups'],
  ...['--inh-caps=+setuid,+setgid', '--ambient-caps=+setuid,+setgid', '--'],
];
const init = ['/usr/bin/tini', '-s', '--', '/usr/bin/env', 'TMPDIR=/tmp'];

/** Most processors that one sandbox gets; where they are wanted by others, it gets half of a share. */
const mostProcessors = 4;

/** Arguments of `docker` that run a sandbox's container until its first process ends. */
export function containerArguments(container: Container): string[] {
  const { id, run, stage, image, programs, command = harness } = container;
  const named = { [labels.sandbox]: id, [labels.run]: run, [labels.stage]: stage };
  const entry = ['--user', '0:0', '--entrypoint', '/usr/bin/setpriv'];
  return [
    ...['run', '--interactive', '--pull', 'never', '--name', `entropy-${id}`],
    ...['--hostname', 'sandbox', '--log-driver', 'none'],
    ...Object.entries(named).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...hardening,
    ...limitsOf(container.limits),
    ...mountsOf(container),
    ...environmentOf(programs),
    ...entry,
    image,
    ...asHarness,
    ...init,
    ...command,
  ];
}

const hardening = [
  ...['--network', 'none', '--read-only', '--security-opt', 'no-new-privileges'],
  ...['--cap-drop', 'ALL', '--cap-add', 'SETUID', '--cap-add', 'SETGID'],
];

function limitsOf({ memoryBytes, processes }: Container['limits']): string[] {
  return [
    ...['--pids-limit', String(processes * threadsPerProcess)],
    // The same number again: no swap beside it.
    ...['--memory', String(memoryBytes), '--memory-swap', String(memoryBytes)],
    ...['--cpus', String(Math.min(availableParallelism(), mostProcessors)), '--cpu-shares', '512'],
    ...['--ulimit', 'core=0:0', '--ulimit', `nofile=${openFiles}:${openFiles}`],
    ...['--ulimit', `fsize=${fileBytes}:${fileBytes}`],
    // Where memory runs out the kernel takes a sandbox before it takes the server.
    ...['--oom-score-adj', '900'],
  ];
}

/** On the engine's disk and not in memory, where a repository's packages would use up what its tests need. */
const writable = ['--volume', '/workspace', '--volume', '/tmp'];

function mountsOf({ socketPath, programs, trustStore }: Container): string[] {
  const shown = [
    { source: socketPath, target: socketInside },
    ...(trustStore ? [{ source: trustStore, target: '/etc/ssl/certs/ca-certificates.crt' }] : []),
    ...programs.mounts,
  ];
  return [...writable, ...shown.flatMap((mount) => ['--mount', mountOption(mount)])];
}

function environmentOf({ inside }: ShownPrograms): string[] {
  const variables = {
    ENTROPY_GATEWAY: `unix:${socketInside}`,
    ENTROPY_EGRESS: 'gateway',
    // Its first line is the boot code; its end is the launcher's.
    ENTROPY_LIFE_LINE: 'stdin',
    ...(Object.keys(inside).length > 0 ? { ENTROPY_ENGINES: JSON.stringify(inside) } : {}),
  };
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
