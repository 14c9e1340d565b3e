import { baseName } from './paths.ts';

/** Files that list what Python packages are needed, and often say much more. */
export const isPythonManifest = (path: string): boolean =>
  /^(pyproject\.toml|setup\.(cfg|py))$|requirements[^/]*\.(txt|in)$/.test(baseName(path)) ||
  /(^|\/)requirements\/[^/]+\.(txt|in)$/.test(path);

/** A package of the registry by name and version: no path, no address, no option. */
const plain =
  /^[A-Za-z0-9][\w.-]*\s*(\[[\w.,\s-]*\])?\s*\(?([<>=!~]=?=?[^@:/\\]*)?\)?\s*(;[^@:/\\]*)?$/;
const array = /^([ \t]*)([\w.-]+)(\s*=\s*)(\[(?:\s|,|#[^\n]*\n|"[^"\\\n]*"|'[^'\\\n]*')*\])/gm;
const names = /^(dependencies|install_requires|tests_require)$/;
const tables = /^\[(project\.optional-dependencies|dependency-groups)\]\s*$/;
const poetry = /^\[tool\.poetry\.(dev-|group\.[\w-]+\.)?dependencies\]\s*$/;

/**
 * The base's file with the packages that the change asks of the registry. All else stays the base's: entry
 * points, build steps and what is taken from a path or an address run code before any test does.
 */
export function mergePythonManifest(path: string, base: string, change: string): string {
  const name = baseName(path);
  if (/\.(txt|in)$/.test(name)) return mergeLines(base, change);
  if (name === 'setup.cfg') return mergeBlocks(base, change, iniBlock, isPlainBlock);
  const lists = listsOf(change);
  const merged = base.replace(array, (whole, indent, key, is, list, at: number) => {
    const now = lists.get(placeOf(base, at, key));
    return now !== undefined && isPlainList(now, list) ? `${indent}${key}${is}${now}` : whole;
  });
  return name === 'setup.py' ? merged : mergeBlocks(merged, change, poetryBlock, isPlainTable);
}

function mergeLines(base: string, change: string): string {
  const known = new Set(base.split('\n').map((line) => line.trim()));
  const fits = (line: string) => {
    const text = line.replace(/(^|\s)#.*$/, '').trim();
    return text === '' || known.has(line.trim()) || plain.test(text);
  };
  return change.split('\n').filter(fits).join('\n');
}

/** Lists that may hold dependencies, by their table and key. */
function listsOf(text: string): Map<string, string> {
  const found = [...text.matchAll(array)].map(
    (match) => [placeOf(text, match.index, match[2] ?? ''), match[4] ?? ''] as const,
  );
  return new Map(found.filter(([place]) => place !== ''));
}

function placeOf(text: string, at: number, key: string): string {
  const table =
    text
      .slice(0, at)
      .match(/^\[[^\n]*\]\s*$/gm)
      ?.at(-1)
      ?.trim() ?? '';
  return names.test(key) || tables.test(table) ? `${table} ${key}` : '';
}

const stringsOf = (list: string) =>
  [...list.replace(/#[^\n"']*\n/g, '\n').matchAll(/"([^"]*)"|'([^']*)'/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );

function isPlainList(now: string, before: string): boolean {
  const known = new Set(stringsOf(before));
  return stringsOf(now).every((one) => known.has(one) || plain.test(one.trim()));
}

/** A heading's body, up to where the next thing begins. */
const poetryBlock = (text: string) => blocksOf(text, poetry, /^\[/);
const iniBlock = (text: string) =>
  blocksOf(text, /^(install_requires|tests_require)\s*=\s*$/, /^\S/);

function blocksOf(text: string, opens: RegExp, ends: RegExp): Map<string, string> {
  const blocks = new Map<string, string>();
  let open: string | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    if (open !== undefined && ends.test(line)) open = undefined;
    if (open !== undefined) blocks.set(open, `${blocks.get(open)}${line}`);
    else if (opens.test(line.trimEnd())) {
      open = line;
      blocks.set(open, '');
    }
  }
  return blocks;
}

function mergeBlocks(
  base: string,
  change: string,
  blocks: (text: string) => Map<string, string>,
  fits: (block: string) => boolean,
): string {
  const now = blocks(change);
  let text = base;
  for (const [heading, body] of blocks(base)) {
    const other = now.get(heading);
    if (other === undefined || other === body || body === '' || !fits(other)) continue;
    text = text.replace(heading + body, () => heading + other);
  }
  return text;
}

const linesOf = (block: string) =>
  block
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
const isPlainBlock = (block: string) => linesOf(block).every((line) => plain.test(line));
const isPlainTable = (block: string) =>
  linesOf(block).every((line) => /^[\w.-]+\s*=\s*"[^"\\:/@]*"$/.test(line));
