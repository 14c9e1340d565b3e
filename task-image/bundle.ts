import { randomUUID } from 'node:crypto';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Where the image's context has what is made; see `Dockerfile`. */
export const bundleFolder = join(root, 'task-image', 'dist');

/**
 * Writes the harness into `folder` as one file that Node runs as it is, `bin/harness.mjs`, the proxy of tier `proxied` as another, `bin/proxy.mjs`, and beside them, where
 * that file looks for them, the reporters that are laid under a repository's own test runners.
 */
export async function bundleHarness(folder: string = bundleFolder): Promise<void> {
  // Made aside: two deployments at the same time may both ask for it.
  const made = `${folder}-${randomUUID()}`;
  await build({
    entryPoints: {
      harness: join(root, 'task-image', 'main.ts'),
      proxy: join(root, 'task-image', 'proxy.ts'),
    },
    outdir: join(made, 'bin'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const reporters = join('checks', 'reporters');
  await cp(join(root, 'lib', 'agent', reporters), join(made, reporters), { recursive: true });
  while (!(await takesPlace(made, folder))) await rm(folder, { recursive: true, force: true });
}

/** False where something stands there. */
async function takesPlace(made: string, folder: string): Promise<boolean> {
  try {
    await rename(made, folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

if (import.meta.main) await bundleHarness(process.argv[2]);
