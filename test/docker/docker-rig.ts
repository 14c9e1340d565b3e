import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sandboxImage } from '../../localstack/docker.ts';
import { type Rig, rigOf } from '../local/sandbox/rig.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** The engine that this machine has, as an operator's server asks it. */
export const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

/** Runs `docker` as a second opinion to the code under test. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', maxBuffer: 1e8 }).trim();
}

/** Containers of sandboxes that are there, running or not. */
export function containers(): string[] {
  const listed = docker('ps', '--all', '--quiet', '--filter', 'label=entropy.sandbox');
  return listed.split('\n').filter(Boolean);
}

/** An image like the sandbox's, with something of the test's own laid over; its name. */
export function imageWith(lines: readonly string[], files: Record<string, string> = {}): string {
  const name = `entropy-test-${crypto.randomUUID()}`;
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, 'Dockerfile'), [`FROM ${sandboxImage}`, ...lines, ''].join('\n'));
    docker('build', '--quiet', '--tag', name, folder);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A rig of the sandbox `docker`: the script is in the place of the image's harness. */
export async function dockerRig(script: string): Promise<Rig> {
  const image = imageWith(['COPY harness.mjs /opt/entropy/bin/harness.mjs'], {
    'harness.mjs': script,
  });
  const node = realpathSync(process.execPath);
  const made = await rigOf('', 'docker', {
    docker: { image, env },
    harness: { node, main: join(root, 'task-image', 'main.ts'), root },
  });
  const remove = async () => {
    docker('rmi', '--force', image);
    await made.remove();
  };
  return { ...made, remove };
}
