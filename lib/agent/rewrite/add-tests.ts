/** How much of a file a text must hold to be taken for the whole of it. */
const wholeShare = 0.5;

/**
 * The test file with `part` after the last of its tests that begins alike: a small model loses less where it
 * writes only what is new. Undefined where `part` is a whole file, or nothing in the file begins like it.
 */
export function withAdded(old: string, part: string): string | undefined {
  const lines = old.split('\n');
  const added = trimmed(part.split('\n'));
  if (added.length === 0 || isWhole(lines, added)) return undefined;
  const given = shapeOf(added.find((line) => line.trim() !== '') ?? '');
  const at = lines.findLastIndex((line) => shapeOf(line).word === given.word);
  if (given.word === '' || at < 0) return undefined;
  const { indent } = shapeOf(lines[at] ?? '');
  const end = endOf(lines, at, indent);
  const apart = end > at + 1 ? [''] : [];
  return lines.toSpliced(end, 0, ...apart, ...moved(added, indent - given.indent)).join('\n');
}

function isWhole(old: readonly string[], part: readonly string[]): boolean {
  const given = new Set(part.map((line) => line.trim()));
  const own = old.map((line) => line.trim()).filter((line) => line.length > 2);
  return own.filter((line) => given.has(line)).length > own.length * wholeShare;
}

function shapeOf(line: string): { readonly word: string; readonly indent: number } {
  const [, space = '', word = ''] = /^(\s*)([@\w.]+)/.exec(line) ?? [];
  return { word, indent: space.length };
}

/** The line after a test: what is deeper than its first line belongs to it, and the bracket that closes it. */
function endOf(lines: readonly string[], from: number, indent: number): number {
  let end = from + 1;
  for (let at = from + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const depth = line.length - line.trimStart().length;
    const closes = depth === indent && /^\s*[\])}]/.test(line);
    if (depth <= indent && !closes) break;
    end = at + 1;
    if (closes) break;
  }
  return end;
}

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

function moved(lines: readonly string[], by: number): string[] {
  if (by >= 0) return lines.map((line) => (line.trim() === '' ? line : ' '.repeat(by) + line));
  return lines.map((line) => (line.startsWith(' '.repeat(-by)) ? line.slice(-by) : line));
}
