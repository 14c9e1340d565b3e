import { parse } from 'yaml';

/** What a lock file of a change says, as far as it is judged. */
export interface LockFile {
  readonly text: string;
  /** Where it is JSON. */
  readonly json: unknown;
  /** Hosts, with the protocol where nothing protects it. */
  readonly sources: readonly string[];
}

const ofNpm = /^(?:funding|license|deprecated)$/;
/**
 * What an entry of a package says beside where it comes from, by the file's name: as its own tool writes it, and only
 * there. Packages are called `license` or `docs` as well.
 */
const about: Readonly<Record<string, RegExp>> = {
  'package-lock.json': ofNpm,
  'npm-shrinkwrap.json': ofNpm,
  'pnpm-lock.yaml': /^deprecated$/,
  'composer.lock':
    /^(?:homepage|funding|support|authors|license|description|keywords|notification-url)$/,
};
/** Lines that say what a package is for, in files that are read by lines. */
const aboutLine: Readonly<Record<string, RegExp>> = {
  'poetry.lock': /^description = "(?:[^"\\]|\\.){0,4000}"$/,
  'pdm.lock': /^summary = "(?:[^"\\]|\\.){0,4000}"$/,
};
/** Members that are packages, by name or in a list. */
const packages = /^(?:packages|packages-dev|dependencies)$/;

const address =
  /(?<![a-z])((?:git\+)?[a-z][a-z0-9.-]{1,15}):\/\/(?:[^\s/"'<>@]{1,200}@)?([^\s/"'<>:?#)]{1,255})|(?<![\w.-])git@([\w.-]{1,255}):/gi;

/** Reads a lock file; `name` is its own, folded, without folders. */
export function readLock(name: string, bytes: Uint8Array | undefined): LockFile {
  const text = Buffer.from(bytes ?? []).toString('utf8');
  const json = unlessFaulty(() => JSON.parse(text));
  const tree = name === 'pnpm-lock.yaml' ? unlessFaulty(() => parse(text)) : json;
  if (tree !== null && typeof tree === 'object') {
    return { text, json, sources: sourcesIn(stringsIn(tree, 'other', about[name])) };
  }
  const lines = text.split('\n').filter((line) => !aboutLine[name]?.test(line));
  return { text, json, sources: sourcesIn(lines) };
}

function unlessFaulty(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Keys and values, but for what entries of packages say about them. */
function stringsIn(
  value: unknown,
  place: 'names' | 'entry' | 'other',
  skipped: RegExp | undefined,
): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (place === 'entry' && skipped?.test(key)) return [];
    const inside = place === 'names' ? 'entry' : packages.test(key) ? 'names' : 'other';
    return [key, ...stringsIn(member, inside, skipped)];
  });
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
