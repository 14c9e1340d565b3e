import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { type EngineName, engineNames, engines, notInstalled } from '../../domain/engine.ts';

/** Where programs of engines may be on this machine. */
export interface ProgramPlaces {
  /** Paths by the engine's name, which stand over what is found. */
  readonly configured?: Readonly<Record<string, string>>;
  readonly path: string;
  /** `node_modules` folders in which npm may have put the platform's binary. */
  readonly nodeModules: readonly string[];
}

/** Rust's names of the platforms, which codex calls its folders by. */
const targets: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

/** The path of an engine's program; undefined where it needs none, or there is none. */
export function findProgram(name: EngineName, places: ProgramPlaces): string | undefined {
  const { program } = engines[name];
  if (program === undefined) return undefined;
  const configured = places.configured?.[name];
  // What was configured and is not there must not be made up for by another one.
  if (configured !== undefined) return isProgram(configured) ? configured : undefined;
  const { platform, arch } = process;
  const binary = program.binary
    .replace('{platform}', platform)
    .replace('{arch}', arch)
    .replace('{target}', targets[`${platform}-${arch}`] ?? 'unknown');
  const onPath = places.path.split(delimiter).filter(isAbsolute);
  return [
    // What npm links there of a package without its scripts run is a stub.
    ...onPath
      .filter((folder) => !folder.endsWith('node_modules/.bin'))
      .map((folder) => join(folder, program.name)),
    ...places.nodeModules.map((folder) => join(folder, binary)),
  ].find(isProgram);
}

/** All programs that are found, by the engine's name. */
export function findPrograms(places: ProgramPlaces): Record<string, string> {
  const found = engineNames.map((name) => [name, findProgram(name, places)] as const);
  return Object.fromEntries(found.filter(([, path]) => path !== undefined)) as Record<
    string,
    string
  >;
}

/** Why an engine can't be started where these programs are; undefined where it can. */
export function faultAmong(programs: Readonly<Record<string, string>>) {
  return (name: EngineName): string | undefined =>
    engines[name].program === undefined || programs[name] !== undefined
      ? undefined
      : notInstalled(name);
}

/**
 * What a closed sandbox must be shown for an engine's program to run: of a folder of npm's the engine's packages and
 * the one that the program lies in, else the file alone. No other engine's program is in it.
 */
export function shownFor(name: string, program: string): readonly string[] {
  const real = realpathSync(program);
  const folder = npmFolderOf(real);
  if (folder === undefined) return [real];
  const [first = '', second = ''] = real.slice(folder.length + 1).split(sep);
  const own = join(folder, first.startsWith('@') ? join(first, second) : first);
  return [...new Set([...packagesOf(name as EngineName, folder), own])].sort();
}

/** The outermost `node_modules` of which a path lies in a package, not in a cache that is kept there. */
export function npmFolderOf(path: string): string | undefined {
  const at = path.search(/[/\\]node_modules[/\\](?!\.)/);
  return at < 0 ? undefined : join(path.slice(0, at), 'node_modules');
}

/** The folders of an engine's package and of its platforms' packages, as far as they are in a `node_modules`. */
export function packagesOf(name: EngineName, nodeModules: string): readonly string[] {
  const { program } = engines[name];
  if (program === undefined) return [];
  const main = join(nodeModules, program.package);
  const platforms = join(nodeModules, program.binary.split('{platform}')[0] ?? '');
  const beside = dirname(platforms);
  const names = existsSync(beside) ? readdirSync(beside) : [];
  const those = names.filter((one) => one.startsWith(basename(platforms)));
  return [...new Set([main, ...those.map((one) => join(beside, one))])].filter(existsSync);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && dirname(path) !== path;
  } catch {
    return false;
  }
}
