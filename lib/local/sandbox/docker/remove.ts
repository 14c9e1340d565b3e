import { setTimeout as sleep } from 'node:timers/promises';
import type { StageLimits } from '../../../domain/stage.ts';
import type { Ending, SandboxOptions } from '../options.ts';
import { labels } from './container.ts';
import { askDocker, type DockerSettings } from './engine.ts';

const tries = 10;
const removeMs = 60_000;

/**
 * Kills and removes a sandbox's container, and the volumes that it wrote to. `found`: it was running. `fault`: it may be
 * there still, and why.
 */
export async function removeContainer(
  settings: Pick<DockerSettings, 'env'>,
  id: string,
): Promise<{ readonly found: boolean; readonly fault?: string }> {
  let found = false;
  let fault = 'it is there still';
  for (let n = 0; n < tries; n += 1) {
    const listed = await askDocker(settings, [
      ...['ps', '--all', '--no-trunc', '--filter', `label=${labels.sandbox}=${id}`],
      ...['--format', '{{.ID}} {{.State}}'],
    ]);
    if (listed.fault !== undefined) return { found, fault: listed.fault };
    const [container, state] = listed.said.split(/\s+/);
    if (container === undefined || container === '') return { found };
    found ||= state === 'running';
    // What is being removed already answers with a fault, and is gone a little later.
    const removed = await askDocker(settings, ['rm', '--force', '--volumes', container], removeMs);
    if (removed.fault !== undefined) {
      fault = removed.fault;
      await sleep(200);
    }
  }
  return { found, fault };
}

/** Removes a sandbox's container, and says where that fails. False: its record must stay. */
export async function endContainer(
  { docker, log }: Pick<SandboxOptions, 'docker' | 'log'>,
  id: string,
): Promise<boolean> {
  const { fault } = await removeContainer(docker, id);
  if (fault !== undefined) log?.(`the container of sandbox ${id} could not be removed: ${fault}`);
  return fault === undefined;
}

/** How the sandbox ended, where the kernel ended it: that looks like any other kill from outside. */
export async function whyEnded(
  settings: Pick<DockerSettings, 'env'>,
  id: string,
  limits: Pick<StageLimits, 'memoryBytes'>,
  ending: Ending,
): Promise<Ending> {
  if (ending.ended !== 'exited' || ending.detail !== 'exit code 137') return ending;
  const asked = ['inspect', '--format', '{{.State.OOMKilled}}', `entropy-${id}`];
  const answer = await askDocker(settings, asked);
  if (answer.fault !== undefined || answer.said !== 'true') return ending;
  return { ended: 'limit', detail: `more than ${limits.memoryBytes / 1024 ** 2} MiB of memory` };
}
