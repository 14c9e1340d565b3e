import { posix } from 'node:path';
import { foldedPath } from './change-path.ts';
import type { FileChange } from './handoff.ts';
import { readLock } from './lock-sources.ts';
import { changedLocks, foreignLocks } from './npm-lock.ts';

/** What is wrong with a lock file of a change. */
export interface LockFault {
  readonly path: string;
  readonly why: string;
}

/** What a lock file is made from: names in its folder, or anywhere below where it locks a workspace. */
const manifests: Readonly<Record<string, RegExp>> = {
  'package-lock.json': /^package\.json$/,
  'npm-shrinkwrap.json': /^package\.json$/,
  'yarn.lock': /^(?:package\.json|\.yarnrc\.yml)$/,
  'pnpm-lock.yaml': /^(?:package\.json|pnpm-workspace\.yaml)$/,
  'bun.lock': /^package\.json$/,
  'bun.lockb': /^package\.json$/,
  'deno.lock': /^(?:deno\.jsonc?|package\.json)$/,
  'cargo.lock': /^cargo\.toml$/,
  'go.sum': /^go\.mod$/,
  'go.work.sum': /^go\.(?:work|mod)$/,
  'poetry.lock': /^pyproject\.toml$/,
  'uv.lock': /^pyproject\.toml$/,
  'pdm.lock': /^pyproject\.toml$/,
  'pipfile.lock': /^pipfile$/,
  'gemfile.lock': /^gemfile$|\.gemspec$/,
  'composer.lock': /^composer\.json$/,
  'packages.lock.json': /\.(?:cs|fs|vb)proj$|^directory\.packages\.props$/,
  'gradle.lockfile': /^build\.gradle(?:\.kts)?$|\.versions\.toml$/,
  'package.resolved': /^package\.swift$/,
  'mix.lock': /^mix\.exs$/,
  'pubspec.lock': /^pubspec\.yaml$/,
  'flake.lock': /^flake\.nix$/,
};

const npmLocks = /^(?:package-lock|npm-shrinkwrap)\.json$/;

/**
 * What a change must not do to lock files: change one without what it is made from, take packages from where neither the
 * base's own lock file nor the repository's rules (`registries`) do, say otherwise what a locked version is, or take a
 * package from the tarball of another.
 */
export function lockFaults(
  files: readonly FileChange[],
  before: (path: string) => Uint8Array | undefined,
  registries: readonly string[],
): readonly LockFault[] {
  return files.flatMap((file): LockFault[] => {
    const { path } = file;
    const name = foldedPath(posix.basename(path));
    const manifest = Object.hasOwn(manifests, name) ? manifests[name] : undefined;
    if (manifest === undefined) return [];
    if (!files.some((other) => other !== file && locks(path, other.path, manifest))) {
      return [{ path, why: 'changes without what it locks' }];
    }
    const content = (at: string) => {
      const change = files.find((other) => other.path === at);
      return change === undefined ? before(at) : Buffer.from(change.content ?? '', 'base64');
    };
    const [now, base] = [readLock(name, content(path)), readLock(name, before(path))];
    const known = new Set([...registries.map((one) => one.toLowerCase()), ...base.sources]);
    const others = now.sources.filter((source) => !known.has(source));
    const ofNpm = npmLocks.test(name);
    const changed = ofNpm ? changedLocks(now, base) : [];
    const asks = content(posix.join(posix.dirname(path), 'package.json'));
    const foreign = ofNpm ? foreignLocks(now, base, Buffer.from(asks ?? []).toString('utf8')) : [];
    return [
      ...(others.length === 0
        ? []
        : [{ path, why: `takes packages from ${shown(others)}, which the rules do not list` }]),
      ...(changed.length === 0
        ? []
        : [{ path, why: `says otherwise what the same version is of ${shown(changed)}` }]),
      ...(foreign.length === 0
        ? []
        : [{ path, why: `takes ${shown(foreign)} from what does not name it` }]),
    ];
  });
}

function locks(lock: string, other: string, manifest: RegExp): boolean {
  const folder = posix.dirname(lock);
  const within = folder === '.' || other.startsWith(`${folder}/`);
  return within && manifest.test(foldedPath(posix.basename(other)));
}

function shown(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}
