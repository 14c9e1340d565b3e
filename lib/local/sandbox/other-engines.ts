import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineName, engineNames, engines } from '../../domain/engine.ts';
import { npmFolderOf, packagesOf, shownFor } from './engine-programs.ts';
import type { SandboxOptions } from './options.ts';
import type { StageEngine } from './plan.ts';
import { isWithin, type Toolchains } from './toolchains.ts';

/** A file or folder of the host by its real path. */
interface Found {
  readonly path: string;
  /** The stage's own program lies in it. */
  readonly needed: boolean;
}

/** Beside the host's PATH, which need not have them. */
const programFolders = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin'];

/**
 * What programs of engines a stage has no use for: those on the PATH, those that were configured, and npm's packages
 * beside our own dependencies. A command line may be any
 * program's: of the engine `command` nothing is known to be of no use.
 */
export function otherPrograms(
  options: Pick<SandboxOptions, 'engines' | 'harness'>,
  { path }: Pick<Toolchains, 'path'>,
  { name: played, programs }: StageEngine,
): readonly Found[] {
  if (played === 'command') return [];
  const own = Object.entries(programs).flatMap(([name, program]) => shownFor(name, program));
  const dependencies = join(options.harness.root, 'node_modules');
  const others = engineNames.filter((name) => programs[name] === undefined);
  const found = others.flatMap((name) => [
    ...programsOf(name, [...path, ...programFolders], options.engines?.programs[name]),
    ...packagesOf(name, dependencies),
  ]);
  const all = [...new Set([...found, ...caches(dependencies)].map((one) => realpathSync(one)))];
  // What lies in a folder that is covered has no place of its own any more.
  const outer = all.filter((one) => !all.some((other) => other !== one && isWithin(one, other)));
  return outer.map((one) => ({ path: one, needed: own.some((mine) => isWithin(mine, one)) }));
}

function programsOf(name: EngineName, folders: readonly string[], configured?: string): string[] {
  const { program } = engines[name];
  if (program === undefined) return [];
  const named = folders.map((folder) => join(folder, program.name));
  const files = [...named, ...(configured ? [configured] : [])].filter(existsSync);
  return files.flatMap((file) => {
    const real = realpathSync(file);
    return npmFolderOf(real) === undefined ? [real] : shownFor(name, real);
  });
}

/** What tools of ours keep beside the dependencies, programs of engines among it; the harness has one of its own there. */
function caches(dependencies: string): string[] {
  const folder = join(dependencies, '.cache');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name !== 'entropy').map((name) => join(folder, name));
}
