/** A part of a TOML file under one heading; the first part has none. */
interface Table {
  readonly heading: string;
  readonly lines: readonly string[];
}

const listing = /(^|\.)(dev-|build-)?dependencies(\.[\w-]+)?$/;
/** A version, and at most which features of it: no path, no address, no other package's name. */
const plain =
  /^("[^"\\:/]*"|\{(\s*(version|features|optional|default-features|workspace)\s*=\s*("[^"\\:/]*"|true|false|\[[^\]:\\]*\])\s*,?)*\s*\})$/;
const plainKey =
  /^(version|features|optional|default-features|workspace)\s*=\s*("[^"\\:/]*"|true|false|\[[^\]:\\]*\])$/;

/**
 * The base's manifest with the dependencies on the registry and the features that the change has. All else says what
 * is built and tested, and how: it stays the base's.
 */
export function mergeCargoManifest(base: string, change: string): string {
  const from = tablesOf(base);
  const to = tablesOf(change);
  const merged = from.map((table) => {
    const now = to.find((one) => one.heading === table.heading);
    return now !== undefined && isListing(table.heading) ? listed(table, now) : table;
  });
  const added = to
    .filter(({ heading }) => isListing(heading) && !from.some((one) => one.heading === heading))
    .map((table) => listed({ heading: table.heading, lines: [] }, table));
  const text = [...merged, ...added].map(textOf).join('');
  return sameWords(text, change) ? change : text;
}

const isListing = (heading: string) => heading === 'features' || listing.test(heading);

function tablesOf(text: string): Table[] {
  const tables: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }];
  for (const line of text.split(/(?<=\n)/)) {
    const heading = /^\s*\[([^[\]]+)\]\s*(#.*)?$/.exec(line)?.[1]?.trim();
    if (heading !== undefined || /^\s*\[\[/.test(line)) {
      tables.push({ heading: heading ?? line.trim(), lines: [line] });
    } else tables.at(-1)?.lines.push(line);
  }
  return tables;
}

/** Entries as the change has them, where they are plain or the base's own; else as the base has them. */
function listed(before: Table, now: Table): Table {
  const known = entriesOf(before);
  const isOne = /dependencies\.[\w-]+$/.test(now.heading);
  const lines = [...entriesOf(now)].map(([key, text]) => {
    const value = withoutComment(text.slice(text.indexOf('=') + 1));
    const fits =
      now.heading === 'features' ||
      (isOne ? plainKey.test(withoutComment(text)) : plain.test(value)) ||
      known.get(key) === text;
    return fits ? text : (known.get(key) ?? '');
  });
  return { heading: now.heading, lines: [`[${now.heading}]\n`, ...lines, '\n'] };
}

const withoutComment = (text: string) =>
  text
    .replace(/\s+#[^"\n]*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Entries by their key; a list may go over several lines. */
function entriesOf({ lines }: Table): Map<string, string> {
  const entries = new Map<string, string>();
  let key = '';
  for (const line of lines.slice(1)) {
    const opens = /^\s*([\w."-]+)\s*=/.exec(line)?.[1];
    if (opens !== undefined && !isOpen(entries.get(key) ?? '')) key = opens;
    else if (key === '' || !isOpen(entries.get(key) ?? '')) continue;
    entries.set(key, `${entries.get(key) ?? ''}${line.endsWith('\n') ? line : `${line}\n`}`);
  }
  return entries;
}

const isOpen = (text: string) =>
  (text.match(/[[{]/g)?.length ?? 0) > (text.match(/[\]}]/g)?.length ?? 0);

const textOf = ({ lines }: Table) =>
  lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('');

const sameWords = (one: string, other: string) => wordsOf(one) === wordsOf(other);
const wordsOf = (text: string) =>
  text
    .replace(/^\s*#.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
