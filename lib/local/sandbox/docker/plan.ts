import { chmod } from 'node:fs/promises';
import type { SandboxOptions } from '../options.ts';
import type { Plan, Start } from '../plan.ts';
import { marker } from '../tree.ts';
import { containerArguments } from './container.ts';
import type { Docker } from './engine.ts';
import { hostTrustStore, programsFor } from './mounts.ts';

/**
 * The program `docker`, which stays for as long as its container runs, hands signals and standard input on to it, and
 * output back. Its end is not the container's: see `removeContainer`.
 */
export async function planDocker(
  options: SandboxOptions,
  start: Start,
  docker: Docker,
): Promise<Plan> {
  const { id, run, stage, limits, bootCode } = start;
  // The folder around the socket, not its mode, keeps others out; the harness's user must get in.
  await chmod(options.gateway.socketPath, 0o666).catch(() => undefined);
  const container = {
    ...{ id, run, stage, limits, image: docker.image },
    socketPath: options.gateway.socketPath,
    programs: programsFor(start.engine.programs),
    trustStore: hostTrustStore(),
  };
  return {
    command: ['docker', ...containerArguments(container)],
    env: { ...docker.env, [marker]: id },
    cwd: '/',
    // Not in the environment, which the engine shows to whoever may ask it.
    input: `${bootCode}\n`,
  };
}
