import { existsSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getgid, getuid } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ModelOptions } from './ready.ts';
import { run, works } from './run.ts';

const folder = fileURLToPath(new URL('./', import.meta.url));
const file = join(folder, 'docker-compose.yml');
/** Certificate authorities that this machine trusts beside everybody's; not under version control. */
const ownAuthorities = join(folder, 'emulator', 'own-ca.crt');

/** What the containers are given. */
export interface ComposeOptions extends ModelOptions {
  readonly port: number;
  readonly githubPort: number;
  readonly bridge: string;
}

/** Builds and starts the containers, and waits until the one that deploys has done so. */
export async function composeUp(
  options: ComposeOptions,
  log: (line: string) => void,
): Promise<void> {
  const { PIP_CERT = '' } = process.env;
  if (existsSync(PIP_CERT)) await copyFile(PIP_CERT, ownAuthorities);
  else rmSync(ownAuthorities, { force: true });
  const env = environmentOf(options);
  log('building the images');
  await compose(['build'], env);
  log('starting the containers; the first time the deployment takes a minute');
  await compose(['up', '--detach', 'emulator', 'github'], env);
  await compose(['run', '--rm', 'ready'], env, log);
}

/** Ends and removes the containers. */
export async function composeDown(): Promise<void> {
  await compose(
    ['down', '--remove-orphans'],
    environmentOf({ port: 4566, githubPort: 4580, bridge: 'off' }),
  );
}

/** What the containers say, until it is interrupted. */
export async function composeLogs(log: (line: string) => void): Promise<void> {
  const env = environmentOf({ port: 4566, githubPort: 4580, bridge: 'off' });
  await compose(['logs', '--follow'], env, log);
}

function environmentOf(options: ComposeOptions): Record<string, string> {
  const { provider, model, baseUrl } = options;
  const choice = { '--provider': provider, '--model': model, '--base-url': baseUrl };
  const given = Object.entries(choice).flatMap(([name, value]) => (value ? [name, value] : []));
  return {
    ENTROPY_EMULATOR_PORT: String(options.port),
    ENTROPY_GITHUB_PORT: String(options.githubPort),
    ENTROPY_BRIDGE: options.bridge,
    // Under its own name inside as well: the playground is told of folders by it.
    ENTROPY_REPOSITORY: join(folder, '..'),
    ENTROPY_UID: String(getuid?.() ?? 0),
    ENTROPY_GID: String(getgid?.() ?? 0),
    ENTROPY_READY_OPTIONS: given.join(' '),
  };
}

/** The plugin, or the program of its own that it was before. */
async function compose(
  args: readonly string[],
  env: Record<string, string>,
  log?: (line: string) => void,
): Promise<void> {
  const plugin = await works(['docker', 'compose', 'version']);
  const program = plugin ? ['docker', 'compose'] : ['docker-compose'];
  await run([...program, '--project-name', 'entropy-local', '--file', file, ...args], {
    env,
    ...(log ? { log } : {}),
  });
}
