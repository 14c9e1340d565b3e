import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Boundary, dropCommand, namespaceOptions } from './boundary.ts';
import { shownFor } from './engine-programs.ts';
import type { Folders } from './folders.ts';
import type { SandboxOptions } from './options.ts';
import { otherPrograms } from './other-engines.ts';
import type { StageEngine } from './plan.ts';
import { isWithin, systemFolders, type Toolchains } from './toolchains.ts';

/** Paths inside a `bubblewrap` sandbox: always the same, so that a replayed run sees what the run saw. */
export const inside = {
  workspace: '/workspace',
  home: '/home/sandbox',
  tmp: '/tmp',
  socket: '/run/entropy/gateway.sock',
  private: '/run/entropy/private',
  node: '/entropy/bin/node',
  root: '/entropy',
} as const;

/** What programs need of the host's /etc. No private keys, no settings that may hold credentials. */
const etcNames = [
  ...['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'mime.types'],
  ...['ssl/certs', 'ssl/openssl.cnf', 'ca-certificates', 'ca-certificates.conf', 'protocols'],
  ...['pki/ca-trust', 'pki/tls/certs', 'pki/tls/openssl.cnf', 'crypto-policies', 'services'],
  ...['maven/m2.conf', 'maven/logging', 'java', 'fonts'],
  // Which extensions are loaded, and where modules are looked for.
  ...['php', 'perl', 'dotnet'],
];
/** Versioned folders that JDKs put into /etc. */
const jdks = [8, 11, 17, 21, 25].map((version) => `java-${version}-openjdk`);

/** What a sandbox is made of. */
interface Given {
  readonly boundary: Boundary;
  readonly options: SandboxOptions;
  readonly folders: Folders;
  readonly toolchains: Toolchains;
  readonly engine: StageEngine;
  /** Paths as seen inside. */
  readonly command: readonly string[];
}

/** Argument list that starts the command behind the boundary. */
export function bubblewrapCommand(given: Given): string[] {
  const { boundary, options, folders, toolchains, engine, command } = given;
  return [
    boundary.bwrap,
    ...namespaceOptions(boundary),
    ...systemMounts(),
    ...etcMounts(folders),
    ...toolchains.mounts.flatMap((path) => [...parents(path), '--ro-bind', path, path]),
    ...hide(options, toolchains, folders),
    ...procAndDev(folders),
    ...harnessMounts(options),
    ...coverOthers(given),
    ...['--dir', '/run', '--dir', dirname(inside.socket)],
    ...['--ro-bind', options.gateway.socketPath, inside.socket],
    ...['--bind', folders.private, inside.private],
    ...['--dir', '/home', '--bind', folders.home, inside.home],
    ...['--bind', folders.tmp, inside.tmp, '--bind', folders.workspace, inside.workspace],
    // After the sandbox's own folders, below one of which on the host a program may lie.
    ...programMounts(engine, toolchains),
    // The root is memory; whoever could write to it could use up the host's.
    ...['--remount-ro', '/', '--chdir', '/', '--'],
    ...dropCommand(boundary),
    ...command,
  ];
}

/** The harness's entry as seen inside. */
export function mainInside(harness: SandboxOptions['harness']): string {
  return join(inside.root, relative(harness.root, harness.main));
}

function systemMounts(): string[] {
  return systemFolders.filter(existsSync).flatMap((path) => {
    if (!lstatSync(path).isSymbolicLink()) return ['--ro-bind', path, path];
    return ['--symlink', readlinkSync(path), path];
  });
}

function etcMounts(folders: Folders): string[] {
  const shown = [...etcNames, ...jdks].flatMap((name) => {
    const path = join('/etc', name);
    return existsSync(path) ? [...parents(path), '--ro-bind', path, path] : [];
  });
  const own = ['passwd', 'group', 'hosts', 'nsswitch.conf'].flatMap((name) => [
    ...['--ro-bind', join(folders.etc, name), join('/etc', name)],
  ]);
  return ['--dir', '/etc', ...shown, ...own];
}

/** An engine's program outside what is shown anyhow. */
function programMounts({ programs }: StageEngine, { mounts }: Toolchains): string[] {
  const shown = [...systemFolders, ...mounts];
  const wanted = Object.entries(programs).flatMap(([name, path]) => [
    ...shownFor(name, path),
    ...(path === realpathSync(path) || path.includes('/node_modules/') ? [] : [path]),
  ]);
  return [...new Set(wanted)]
    .filter((path) => !shown.some((folder) => isWithin(path, folder)))
    .flatMap((path) => [...parents(path), '--ro-bind', path, path]);
}

/** Folders made for a mount would else take over a mode that lets nobody but root in. */
function parents(path: string): string[] {
  const above = dirname(path);
  return above === '/' ? [] : [...parents(above), '--dir', above];
}

/** Covers what must not be seen of a folder that is shown as a whole. */
function hide(options: SandboxOptions, toolchains: Toolchains, folders: Folders): string[] {
  const shown = [...systemFolders, ...toolchains.mounts];
  const isShown = (path: string) => shown.some((folder) => isWithin(path, folder));
  const { dataDir } = options;
  const inSystem = systemFolders.some((folder) => isWithin(dataDir, folder)) && existsSync(dataDir);
  const files = [...toolchains.hidden, '/usr/etc/npmrc', '/usr/local/etc/npmrc'].filter(
    (path) => isShown(path) && existsSync(path),
  );
  return [
    ...(inSystem ? ['--tmpfs', dataDir, '--remount-ro', dataDir] : []),
    ...files.flatMap((path) => ['--ro-bind', join(folders.etc, 'empty'), path]),
  ];
}

function procAndDev(folders: Folders): string[] {
  return [
    ...['--proc', '/proc', '--dev', '/dev', '--bind', folders.shm, '/dev/shm'],
    ...['--remount-ro', '/dev'],
  ];
}

/** Programs of engines that do not play the stage, wherever a folder that is shown has them. */
function coverOthers({ options, folders, toolchains, engine }: Given): string[] {
  const shown = [...systemFolders, ...toolchains.mounts].filter(existsSync);
  const real = shown.map((folder) => realpathSync(folder));
  const { root } = options.harness;
  return otherPrograms(options, toolchains, engine).flatMap(({ path, needed }) => [
    ...(real.some((folder) => isWithin(path, folder)) && !needed ? cover(path, path, folders) : []),
    // The stage's own is shown where it is on the host.
    ...(isWithin(path, root) ? cover(path, join(inside.root, relative(root, path)), folders) : []),
  ]);
}

function cover(path: string, seen: string, { etc }: Folders): string[] {
  if (lstatSync(path).isDirectory()) return ['--tmpfs', seen, '--remount-ro', seen];
  return ['--ro-bind', join(etc, 'empty'), seen];
}

/** Code and dependencies only: the project's folder may hold a `.env` or the data folder. */
function harnessMounts(options: SandboxOptions): string[] {
  const { node, root } = options.harness;
  const shown = ['lib', 'task-image', 'node_modules', 'package.json'].filter((name) =>
    existsSync(join(root, name)),
  );
  return [
    ...['--dir', inside.root, '--dir', dirname(inside.node), '--ro-bind', node, inside.node],
    ...shown.flatMap((name) => ['--ro-bind', join(root, name), join(inside.root, name)]),
  ];
}
