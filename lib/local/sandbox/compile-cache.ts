import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { harnessSources } from './docker/harness-digest.ts';
import { sandboxId } from './folders.ts';
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
 * Compiles the harness in the background, once for each version of Node and of the sources: behind a boundary
 * nothing can be added to the cache. Where this fails sandboxes only start more slowly. The entry is imported
 * outside any sandbox, so it must be the project's own, which does nothing where it is not the program.
 */
export function compileHarness({ node, main, root }: SandboxOptions['harness']): void {
  const done = join(root, folder, `compiled-${process.version}-${sourcesOf(root)}`);
  if (existsSync(done)) return;
  const parts = join(root, 'lib', 'agent', 'stage-parts.ts');
  const script = `await import(${JSON.stringify(main)});
    const { stageParts } = await import(${JSON.stringify(parts)});
    for (const load of Object.values(stageParts)) await load();`;
  execFile(
    node,
    ['--input-type=module', '--eval', script],
    { env: compileCache(root), timeout: 60_000 },
    (error) => {
      try {
        if (error) return;
        openToAll(join(root, folder));
        nameForSandboxes(join(root, folder));
        writeFileSync(done, '');
      } catch {
        // The next start tries again.
      }
    },
  ).unref();
}

/** Changes with what the harness is made of: who puts a new file in a folder changes the folder's time. */
function sourcesOf(root: string): string {
  const tops = harnessSources.map((top) => join(root, top));
  const folders = tops.flatMap((top) => [
    top,
    ...readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  ]);
  const times = [...folders, join(root, 'package.json')].map((path) => statSync(path).mtimeMs);
  return createHash('sha256').update(JSON.stringify(times)).digest('hex').slice(0, 16);
}

/** Behind a boundary that root set up another user reads the files. */
function openToAll(path: string): void {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/**
 * Node looks in a folder that ends with the number of the user it runs as, which is another behind a boundary than that of
 * the server. There the folder is read-only.
 */
function nameForSandboxes(path: string): void {
  const own = `-${process.getuid?.()}`;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.endsWith(own)) continue;
    const name = join(path, `${entry.name.slice(0, -own.length)}-${sandboxId}`);
    if (!existsSync(name)) symlinkSync(entry.name, name);
  }
}
