import * as z from 'zod';
import { pnpmLockFits, yarnLockFits } from './node-locks.ts';
import { baseName } from './paths.ts';

const dependencies = z.record(z.string(), z.unknown()).optional();
const packageSchema = z.looseObject({
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  peerDependencies: dependencies,
  workspaces: z.unknown().optional(),
});
/** A package.json, as far as Verify looks. */
export type Package = z.infer<typeof packageSchema>;

/** Keys of package.json that say how tests are run, or what stands for a package: the base's always. */
const definitionKeys = [
  'scripts',
  'jest',
  'mocha',
  'ava',
  'nyc',
  'c8',
  'tap',
  'taprc',
  'vitest',
  'tape',
  'xo',
  'standard',
  'eslintConfig',
  'wireit',
  'workspaces',
  'overrides',
  'resolutions',
  'pnpm',
  'packageManager',
];
const groups = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const;

/** A version or tag of the registry: no path, no address, no other package's name. */
const fromRegistry = (spec: unknown): boolean =>
  typeof spec === 'string' && !/[:/\\]|^\.|\.(tgz|tar|tar\.gz)$/.test(spec);

const lockFile = /^(package-lock|npm-shrinkwrap)\.json$/;

/** package.json and lock files. */
export const isNodeManifest = (path: string): boolean =>
  /^(package\.json|pnpm-lock\.yaml|yarn\.lock)$/.test(baseName(path)) ||
  lockFile.test(baseName(path));

/** Undefined where the text is no package.json. */
export function parsePackage(text: string): Package | undefined {
  return packageSchema.safeParse(parseJson(text)).data;
}

/**
 * Dependencies on the registry, entry points and the like from the change; all that says how tests run, and
 * what a package is taken from where that is no registry, from the base.
 */
export function mergeNodeManifest(path: string, base: string, change: string): string | undefined {
  if (lockFile.test(baseName(path))) return lockFits(base, change) ? change : undefined;
  if (baseName(path) === 'pnpm-lock.yaml') return pnpmLockFits(base, change) ? change : undefined;
  if (baseName(path) === 'yarn.lock') return yarnLockFits(base, change) ? change : undefined;
  if (baseName(path) !== 'package.json') return undefined;
  const from = parsePackage(base);
  const to = parsePackage(change);
  // What is no package.json must fail as it would for anybody.
  if (from === undefined || to === undefined) return change;
  const merged: Record<string, unknown> = { ...to };
  for (const key of definitionKeys) {
    if (from[key] === undefined) delete merged[key];
    else merged[key] = from[key];
  }
  for (const group of groups) {
    if (to[group] !== undefined) merged[group] = dependenciesOf(from, to[group], group);
  }
  const same = [...Object.keys(to), ...Object.keys(merged)].every(
    (key) => JSON.stringify(to[key]) === JSON.stringify(merged[key]),
  );
  return same ? change : `${JSON.stringify(merged, null, 2)}\n`;
}

function dependenciesOf(
  from: Package,
  wanted: Readonly<Record<string, unknown>>,
  group: (typeof groups)[number],
): Record<string, unknown> {
  const known = groups.flatMap((one) => Object.entries(from[one] ?? {}));
  const kept = Object.entries(wanted).flatMap(([name, spec]) => {
    if (fromRegistry(spec)) return [[name, spec]];
    if (known.some(([one, before]) => one === name && before === spec)) return [[name, spec]];
    const before = from[group]?.[name];
    return before === undefined ? [] : [[name, before]];
  });
  return Object.fromEntries(kept);
}

const lockSchema = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ resolved: z.unknown(), link: z.unknown() })),
});

/** Every entry is the base's own or a registry's archive of the package that it stands for. */
function lockFits(base: string, change: string): boolean {
  const from = lockSchema.safeParse(parseJson(base)).data?.packages ?? {};
  const to = lockSchema.safeParse(parseJson(change)).data?.packages;
  if (to === undefined) return false;
  return Object.entries(to).every(([place, entry]) => {
    if (place === '' || JSON.stringify(from[place]) === JSON.stringify(entry)) return true;
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const archive = `/${name}/-/${name.slice(name.indexOf('/') + 1)}-`;
    const { resolved, link, name: alias } = entry;
    if (link !== undefined || alias !== undefined || !place.includes('node_modules/')) return false;
    return typeof resolved === 'string' && /^https:/.test(resolved) && resolved.includes(archive);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
