import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sandboxImage } from '../lib/config.ts';
import { harnessDigest, harnessLabel } from '../lib/local/sandbox/docker/harness-digest.ts';
import { bundleHarness } from '../task-image/bundle.ts';
import { run, works } from './run.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

type Log = (line: string) => void;

/**
 * Sees to it that a Docker engine answers: as root on Debian it is installed and started where it is not
 * there. Throws with what to do elsewhere.
 */
export async function ensureDocker(log: Log, logFolder: string): Promise<void> {
  if (await works(['docker', 'version'])) return;
  if (getuid?.() !== 0) throw new Error('Docker does not answer: start it, or run this as root');
  await ensure(['dockerd', '--version'], ['docker.io'], log);
  await ensureControlGroups(log);
  log('starting the Docker engine');
  mkdirSync(logFolder, { recursive: true });
  const out = openSync(join(logFolder, 'dockerd.log'), 'a');
  spawn('dockerd', [], { detached: true, stdio: ['ignore', out, out] }).unref();
  for (let n = 0; n < 60; n += 1) {
    if (await works(['docker', 'version'])) return;
    await sleep(500);
  }
  throw new Error(`the Docker engine does not start: see ${join(logFolder, 'dockerd.log')}`);
}

/** The engine does not start without them, and a Debian that systemd did not start has none. */
async function ensureControlGroups(log: Log): Promise<void> {
  const mounted = ['cgroup.controllers', 'devices'].map((name) => join('/sys/fs/cgroup', name));
  if (mounted.some((path) => existsSync(path))) return;
  await ensure(['which', 'cgroupfs-mount'], ['cgroupfs-mount'], log);
  await run(['cgroupfs-mount']);
}

/** Installs Debian's packages where a command that needs them does not work. Throws where that can't be done. */
export async function ensure(
  command: readonly string[],
  packages: readonly string[],
  log: Log,
): Promise<void> {
  if (await works(command)) return;
  const missing = `\`${command.join(' ')}\` does not work: install ${packages.join(', ')}`;
  if (getuid?.() !== 0 || !(await works(['apt-get', '--version']))) throw new Error(missing);
  log(`installing ${packages.join(', ')}`);
  await run(['apt-get', 'update', '-qq']);
  const quietly = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], quietly);
}

/** Brings the base image and builds the sandbox's from it, under a name. Quick where nothing has changed. */
export async function buildSandboxImage(log: Log, name = sandboxImage): Promise<void> {
  log('the image that sandboxes begin with');
  if (!(await works(['docker', 'image', 'inspect', 'node:24-bookworm-slim']))) {
    await ensure(['mmdebstrap', '--version'], ['mmdebstrap', 'debian-archive-keyring'], log);
    await run([join(root, 'localstack', 'make-base-image')], { log });
  }
  log("the sandbox's image");
  await bundleHarness();
  const label = `${harnessLabel}=${harnessDigest(root)}`;
  const named = ['--quiet', '--label', label, '--tag', name];
  await run(['docker', 'build', ...named, join(root, 'task-image')]);
}

/** The host's address on Docker's own network, as containers see it. */
export async function bridgeAddress(): Promise<string> {
  const format = '{{json (index .IPAM.Config 0)}}';
  const said = await run(['docker', 'network', 'inspect', 'bridge', '--format', format]);
  const { Gateway = '', Subnet = '' } = JSON.parse(said) as Record<string, string>;
  // Docker names no gateway where it chose the network itself, and takes the first address.
  const found = Gateway || Subnet.replace(/\d+\/\d+$/, '1');
  if (isIPv4(found)) return found;
  throw new Error(`Docker's own network has no address that is understood: ${said.trim()}`);
}
