import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The image's label that says which harness it holds. */
export const harnessLabel = 'entropy.harness';

/** What the harness is made of, below the project's folder. */
export const harnessSources = ['lib/agent', 'lib/domain', 'lib/roles', 'task-image'];

/**
 * Changes with all that the image's harness is made of. A gateway and a harness of two versions may not understand
 * each other, and an image stays when the project is brought up to date.
 */
export function harnessDigest(root: string): string {
  const hash = createHash('sha256');
  for (const source of harnessSources) {
    const entries = readdirSync(join(root, source), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((path) => !/^task-image\/(dist|examples)/.test(path));
    for (const path of files.sort())
      hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return hash.update(JSON.stringify(dependencies)).digest('hex');
}
