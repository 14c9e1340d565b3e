import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
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

/** What a closed sandbox must be shown for a program to run: what npm put beside it, else the file alone. */
export function shownFor(program: string): readonly string[] {
  const real = realpathSync(program);
  const at = real.indexOf(`${sep}node_modules${sep}`);
  return at < 0 ? [real] : [join(real.slice(0, at), 'node_modules')];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && dirname(path) !== path;
  } catch {
    return false;
  }
}
