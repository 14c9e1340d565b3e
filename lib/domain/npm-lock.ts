import type { LockFile } from './lock-sources.ts';

/** A package as npm locks it: by `packages` (versions 2 and 3) or by `dependencies` within one another (1 and 2). */
interface Locked {
  /** `node_modules/a/node_modules/b`, before it the list that it stands in where that is `dependencies`. */
  readonly place: string;
  /** What code asks for it by. */
  readonly asked: string | undefined;
  /** What the registry calls it, another name where an alias (`npm:`) leads there. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
}

const release = /^\d{1,20}\.\d{1,20}\.\d{1,20}(?:-[\w.-]{1,200})?(?=$|\+)/;
const deepest = 100;

/** Places that say otherwise than the base what is there, though the package and its version are the same. */
export function changedLocks(now: LockFile, base: LockFile): string[] {
  const before = new Map(lockedIn(base.json).map((one) => [one.place, one]));
  const changed = lockedIn(now.json).filter((one) => {
    const other = before.get(one.place);
    if (other === undefined || isOther(one, other)) return false;
    const differs = (key: 'integrity' | 'resolved') =>
      other[key] !== undefined && one[key] !== other[key];
    return differs('integrity') || differs('resolved');
  });
  return changed.map(({ place }) => place);
}

/** Another release, another package, or a folder of the repository itself: what the base said of it does not count. */
function isOther(one: Locked, other: Locked): boolean {
  if (isFolder(one) || one.name !== other.name) return true;
  const [now, before] = [one, other].map(({ version }) => release.exec(version ?? '')?.[0]);
  return now !== undefined && before !== undefined && now !== before;
}

function isFolder({ resolved, integrity, version }: Locked): boolean {
  const here = resolved !== undefined && !/:|^\//.test(resolved);
  return here && integrity === undefined && version === undefined;
}

/**
 * Places whose package would come from another's tarball: its path does not name the package, and neither the base
 * nor what asks for it, in the lock file or in `manifest`, the text beside it, names that tarball or repository.
 */
export function foreignLocks(now: LockFile, base: LockFile, manifest: string): readonly string[] {
  const known = new Set(lockedIn(base.json).map(({ name, resolved }) => `${name} ${resolved}`));
  const asked = [...specsIn(now.json), ...specsIn(jsonOf(manifest))];
  const foreign = lockedIn(now.json).filter((one) => {
    const { asked: by, name, resolved } = one;
    if (name === undefined || resolved === undefined || isFolder(one)) return false;
    if (known.has(`${name} ${resolved}`)) return false;
    const specs = asked.filter((spec) => spec.name === by).map(({ spec }) => spec);
    if (name !== by && !specs.some((spec) => aliased(spec) === name)) return true;
    return !names(resolved, name) && !specs.some((spec) => leadsTo(spec, resolved));
  });
  return foreign.map(({ place }) => place);
}

function names(resolved: string, name: string): boolean {
  if (!/^https?:/i.test(resolved)) return false;
  const path = decoded(resolved.replace(/[?#].*$/s, ''));
  // JSR's packages, as npm is given them, are named so as well.
  return path.includes(`/${name}/`);
}

/** Whether what asks for a package means this tarball, file or repository. */
function leadsTo(spec: string, resolved: string): boolean {
  const [wanted, given] = [plain(spec), plain(resolved)];
  if (wanted === given) return true;
  const repository =
    wanted.endsWith('.git') || byGit.test(wanted) ? /[^/:]+\/[^/:]+$/.exec(wanted) : null;
  if (repository === null) return false;
  const path = repository[0].replace(/\.git$/, '');
  return `${given.replace(/\.git$/, '').replaceAll(':', '/')}/`.includes(`/${path}/`);
}

const byGit =
  /^git[+@:]|^(?:github|gitlab|bitbucket):|^[\w-][\w.-]*\/[\w.-]+$|^https:\/\/(?:github\.com|gitlab\.com|bitbucket\.org)\/[^/]+\/[^/]+$/;

function plain(address: string): string {
  return decoded(address)
    .replace(/[?#].*$/s, '')
    .replace(/^file:/, '')
    .replace(/^\.\//, '');
}

function decoded(text: string): string {
  return text.replace(/%2f/gi, '/').replace(/%40/g, '@');
}

function aliased(spec: string): string | undefined {
  return /^npm:((?:@[^@/]+\/)?[^@/]+)(?:@|$)/.exec(spec)?.[1];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Spec {
  readonly name: string;
  readonly spec: string;
}

const asking = /^(?:(?:dev|optional|peer)?dependencies|requires|overrides)$/i;

/** What is asked for by name, wherever dependencies or `overrides` stand. */
function specsIn(json: unknown, within = '', owner = '', depth = 0): Spec[] {
  if (depth > deepest) return [];
  return Object.entries(objectOf(json)).flatMap(([key, member]) => {
    const name = key === '.' ? owner : (/^(@?[^@]+)@/.exec(key)?.[1] ?? key);
    if (typeof member === 'string') return within === '' ? [] : [{ name, spec: member }];
    // Within an override others may stand; within a dependency stands what is locked.
    const inside = asking.test(key) ? key : within === 'overrides' ? within : '';
    return specsIn(member, inside, name, depth + 1);
  });
}

function lockedIn(json: unknown): Locked[] {
  const { packages, dependencies } = objectOf(json);
  const flat = Object.entries(objectOf(packages)).map(([place, one]) => {
    const asked = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1];
    return lockedOf(place, asked, objectOf(one));
  });
  return [...flat, ...nested('dependencies', dependencies, 0)];
}

function nested(within: string, dependencies: unknown, depth: number): Locked[] {
  if (depth > deepest) return [];
  return Object.entries(objectOf(dependencies)).flatMap(([asked, member]) => {
    const one = objectOf(member);
    const place = `${within}/${asked}`;
    return [lockedOf(place, asked, one), ...nested(place, one.dependencies, depth + 1)];
  });
}

function lockedOf(place: string, asked: string | undefined, one: Record<string, unknown>): Locked {
  const [version, resolved, integrity, name] = [
    one.version,
    one.resolved,
    one.integrity,
    one.name,
  ].map((value) => (typeof value === 'string' ? value : odd(value)));
  // By `dependencies` the version is an alias, or says where the package comes from, as the case may be.
  const alias = aliased(version ?? '');
  const from = version?.includes(':') && alias === undefined;
  return {
    ...{ place, asked, integrity },
    name: asked === undefined ? undefined : (alias ?? name ?? asked),
    version: alias === undefined ? version : version?.slice(version.lastIndexOf('@') + 1),
    resolved: resolved ?? (from ? version : undefined),
  };
}

/** Old locks say `false` for what they don't know. */
function odd(value: unknown): string | undefined {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : undefined;
}

function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}
