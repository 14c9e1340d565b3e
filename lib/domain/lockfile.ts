import { posix } from 'node:path';
import { foldedPath } from './change-path.ts';
import type { FileChange } from './handoff.ts';

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

/** What a lock file says of a package beside where it comes from. */
const about =
  /^(?:homepage|funding|support|issues|bugs|docs|wiki|chat|forum|rss|email|authors?|license|description|keywords|notification-url)$/i;
const aboutLine = /^\W*(?:homepage|funding|description|license|authors?)\W/i;
const address =
  /(?<![a-z])((?:git\+)?[a-z][a-z0-9.-]{1,15}):\/\/(?:[^\s/"'<>@]{1,200}@)?([^\s/"'<>:?#)]{1,255})|(?<![\w.-])git@([\w.-]{1,255}):/gi;

/**
 * What a change must not do to lock files: change one without what it is made from, take packages from where neither the
 * base's own lock file nor the repository's rules (`registries`) do, or say otherwise what a locked version is.
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
    const [now, base] = [read(Buffer.from(file.content ?? '', 'base64')), read(before(path))];
    const known = new Set([...registries.map((one) => one.toLowerCase()), ...base.sources]);
    const others = now.sources.filter((source) => !known.has(source));
    const changed = changedLocks(now.json, base.json);
    return [
      ...(others.length === 0
        ? []
        : [{ path, why: `takes packages from ${shown(others)}, which the rules do not list` }]),
      ...(changed.length === 0
        ? []
        : [{ path, why: `says otherwise what the same version is of ${shown(changed)}` }]),
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

interface LockFile {
  readonly json: unknown;
  /** Hosts, with the protocol where nothing protects it. */
  readonly sources: readonly string[];
}

function read(bytes: Uint8Array | undefined): LockFile {
  const text = Buffer.from(bytes ?? []).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const lines = text.split('\n').filter((line) => !aboutLine.test(line));
    return { json: undefined, sources: sourcesIn(lines) };
  }
  return { json, sources: sourcesIn(stringsIn(json)) };
}

/** Keys and values, but for what is said about a package. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return Object.entries(value).flatMap(([key, member]) =>
    about.test(key) ? [] : [key, ...stringsIn(member)],
  );
}

function sourcesIn(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) => [...text.slice(0, 5000).matchAll(address)]);
  const named = found.map(([, scheme = 'ssh', host, other = '']) => {
    const name = (host ?? other).toLowerCase();
    return /^(?:git\+)?(?:http|git|ftp)$/i.test(scheme)
      ? `${scheme.toLowerCase()}://${name}`
      : name;
  });
  return [...new Set(named)].sort();
}

/** npm's: places whose version is the same and whose content is another. */
function changedLocks(now: unknown, base: unknown): string[] {
  const [after, before] = [packagesOf(now), packagesOf(base)];
  return Object.keys(after).filter((place) => {
    const [one, other] = [after[place], Object.hasOwn(before, place) ? before[place] : undefined];
    if (!one?.version || one.version !== other?.version) return false;
    const differs = (key: 'integrity' | 'resolved') =>
      other[key] !== undefined && one[key] !== other[key];
    return differs('integrity') || differs('resolved');
  });
}

type Locked = Readonly<Record<'version' | 'integrity' | 'resolved', unknown>> | null;

function packagesOf(json: unknown): Readonly<Record<string, Locked>> {
  const { packages } = (json ?? {}) as { packages?: unknown };
  return packages !== null && typeof packages === 'object'
    ? (packages as Record<string, Locked>)
    : {};
}
