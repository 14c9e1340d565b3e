import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxOptions } from './options.ts';

/** The folder that `bin/entropy.js` names as well: within the dependencies, so that sandboxes see it, read-only. */
const folder = join('node_modules', '.cache', 'entropy');

/**
 * Environment in which Node keeps what it compiled, for the project's folder as the process sees it. A
 * harness starts three times as fast from it, and in two thirds of the memory. Portable: what was
 * compiled outside is found inside, where the project's folder has another name.
 */
export function compileCache(root: string): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(root, folder), NODE_COMPILE_CACHE_PORTABLE: '1' };
}

/**
 * Compiles the harness in the background, once for each version of Node: behind a boundary nothing can be
 * added to the cache. Where this fails sandboxes only start more slowly. The entry is imported outside any
 * sandbox, so it must be the project's own, which does nothing where it is not the program.
 */
export function compileHarness({ node, main, root }: SandboxOptions['harness']): void {
  const done = join(root, folder, `harness-${process.version}`);
  if (existsSync(done)) return;
  const script = `await import(${JSON.stringify(main)})`;
  execFile(
    node,
    ['--input-type=module', '--eval', script],
    { env: compileCache(root), timeout: 60_000 },
    (error) => {
      try {
        if (error) return;
        openToAll(join(root, folder));
        writeFileSync(done, '');
      } catch {
        // The next start tries again.
      }
    },
  ).unref();
}

/** Behind a boundary that root set up another user reads the files. */
function openToAll(path: string): void {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
