import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { SandboxOptions } from './options.ts';

/** Where compilers and interpreters are on this machine, as found from the host's PATH. */
export interface Toolchains {
  /** Folders for the sandbox's PATH. */
  readonly path: readonly string[];
  /** Paths outside the system's folders that a `bubblewrap` sandbox must be shown, read-only. */
  readonly mounts: readonly string[];
  /** Settings of package managers inside what is shown; they may hold credentials. */
  readonly hidden: readonly string[];
  /** Where rustup keeps Rust's toolchains. */
  readonly rustup?: string;
}

/** Folders that hold the operating system and what its packages installed. */
export const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Folders of the host's HOME that hold toolchains and nothing personal, where PATH points into them. */
const homeRoots = [
  '.pyenv',
  '.rbenv',
  '.nodenv',
  '.asdf',
  '.nvm/versions',
  '.sdkman/candidates',
  '.local/share/mise',
  '.local/share/uv',
  '.local/share/fnm',
];
/** Folders of HOME of which not even a PATH entry is shown. */
const personal = ['.ssh', '.aws', '.config', '.docker', '.gnupg', '.claude', '.codex', '.kube'];
/** Places where each folder is an installation of its own, or the whole is one. */
const installs = [/^\/opt\/[^/]+/, /^\/nix/, /^\/snap/, /^\/home\/linuxbrew\/\.linuxbrew/];

type Given = Pick<SandboxOptions, 'dataDir' | 'harness' | 'hostEnv'>;

/** Reads the host's PATH. Entries that npm adds for our own project are no part of the host's toolchains. */
export function toolchainsOf(given: Given): Toolchains {
  const path = [...new Set((given.hostEnv.PATH ?? '').split(':'))].filter(
    (entry) =>
      isAbsolute(entry) &&
      isFolder(entry) &&
      !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(entry) &&
      !isWithin(entry, given.harness.root),
  );
  const rustup = path.map(rustupOf).find((found) => found !== undefined);
  // A link in PATH must not bring what it points to past the rules for where that really is.
  const named = path.filter((entry) => !isPersonal(realpathSync(entry), given));
  const roots = named
    .flatMap((entry) => [entry, realpathSync(entry)])
    .map((p) => mountOf(p, given));
  const wanted = [...roots, rustup].filter((root) => root !== undefined);
  const mounts = [...new Set(wanted)].filter((root) => isShowable(root, given));
  const hidden = path.map((bin) => join(dirname(bin), 'etc', 'npmrc')).filter(existsSync);
  return {
    path,
    // A folder inside another one that is shown needs no mount of its own.
    mounts: mounts.filter((one) => !mounts.some((other) => other !== one && isWithin(one, other))),
    hidden: [...new Set(hidden)],
    ...(rustup === undefined ? {} : { rustup }),
  };
}

/** Whether a path lies where people and programs keep credentials, or in the data folder. */
function isPersonal(path: string, given: Given): boolean {
  const folders = homesOf(given).flatMap((home) => personal.map((name) => join(home, name)));
  return [...folders, ...bothNames(given.dataDir)].some((kept) => isWithin(path, kept));
}

/** What to show for a PATH entry; undefined where the system's folders hold it or it is personal. */
function mountOf(entry: string, given: Given): string | undefined {
  if (systemFolders.some((folder) => isWithin(entry, folder))) return undefined;
  if (isPersonal(entry, given)) return undefined;
  const home = homesOf(given).find((folder) => isWithin(entry, folder));
  if (home !== undefined) {
    const root = homeRoots.map((name) => join(home, name)).find((path) => isWithin(entry, path));
    return root ?? entry;
  }
  for (const install of installs) {
    const found = install.exec(entry)?.[0];
    if (found !== undefined) return found;
  }
  return entry;
}

/** Never the data folder, the host's HOME, our own project, or a folder around one of them. */
function isShowable(root: string, given: Given): boolean {
  const data = bothNames(given.dataDir);
  const kept = [...data, ...bothNames(given.harness.root), ...homesOf(given)];
  return (
    root !== '/' &&
    !kept.some((path) => isWithin(path, root)) &&
    !data.some((path) => isWithin(root, path))
  );
}

/** The host's HOME by name and by where it really is; none where it is no folder of a person. */
function homesOf({ hostEnv: { HOME } }: Given): string[] {
  return HOME === undefined || HOME === '' || HOME === '/' ? [] : bothNames(HOME);
}

/** A path as it is called and, where links are on the way, as it really is. */
function bothNames(path: string): string[] {
  try {
    return [...new Set([path, realpathSync(path)])];
  } catch {
    return [path];
  }
}

/** cargo's folder and rustup's stand side by side: `~/.cargo` and `~/.rustup`, or without dots. */
function rustupOf(bin: string): string | undefined {
  const cargo = dirname(bin);
  const name = basename(cargo);
  if (basename(bin) !== 'bin' || (name !== '.cargo' && name !== 'cargo')) return undefined;
  const rustup = join(dirname(cargo), name.replace('cargo', 'rustup'));
  return isFolder(rustup) ? rustup : undefined;
}

/** Whether `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** False also for what this user may not look at, such as an entry left from another user's PATH. */
function isFolder(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
