/** A definition as it stands in a file: its first line, and the line after its last. */
interface Definition {
  readonly name: string;
  readonly indent: number;
  readonly from: number;
  readonly to: number;
}

const opens = [
  /^(\s*)(?:export\s+)?(?:default\s+)?(?:pub\s+)?(?:async\s+)?(?:function\s*\*?|def|fn|class)\s+(\w+)/,
  /^(\s*)(?:export\s+)?(?:const|let|var)\s+(\w+)\s*=/,
  /^()func\s+(?:\([^)]*\)\s*)?(\w+)/,
  /^(\s*)(?:function\s+)?([\w-]+)\s*\(\s*\)\s*[{(]?\s*$/,
  /^(\s+)(?:(?:async|static|get|set|public|private|protected)\s+)*(\w+)\s*\([^)]*\)\s*\{\s*$/,
];
const keywords = /^(if|for|while|switch|catch|function|return|else|do|with|test|it|describe)$/;

/**
 * The file with the functions of `part` in the place of its own of the same names: small models often give
 * back only what they changed. Undefined where `part` is a whole file, or holds what can't be placed.
 */
export function spliced(original: string, part: string): string | undefined {
  const lines = original.split('\n');
  const partLines = part.split('\n');
  const own = definitionsIn(lines);
  const given = outermost(definitionsIn(partLines));
  if (given.length === 0 || !isPart(own, given, partLines)) return undefined;
  const places = given.map((one) => own.filter((other) => other.name === one.name));
  if (places.some((found) => found.length !== 1)) return undefined;
  const result = [...lines];
  const edits = given.map((one, n) => ({ one, place: places[n]?.[0] as Definition }));
  for (const { one, place } of edits.sort((a, b) => b.place.from - a.place.from)) {
    const body = indented(partLines.slice(one.from, one.to), place.indent - one.indent);
    result.splice(place.from, place.to - place.from, ...body);
  }
  return result.join('\n');
}

/** Some of the file's own definitions are missing, and beside definitions there are only imports and comments. */
function isPart(
  own: readonly Definition[],
  given: readonly Definition[],
  lines: readonly string[],
): boolean {
  const names = new Set(given.map((one) => one.name));
  if (outermost(own).every((one) => names.has(one.name))) return false;
  const within = (at: number) => given.some((one) => at >= one.from && at < one.to);
  return lines.every((line, at) => within(at) || beside.test(line));
}

const beside =
  /^\s*($|\/\/|#|\/?\*|"""|import\b|from\b|const .*\brequire\(|package\b|use\b|\.\.\.|@\w)/;

function definitionsIn(lines: readonly string[]): Definition[] {
  return lines.flatMap((line, from): Definition[] => {
    for (const open of opens) {
      const [, space = '', name = ''] = open.exec(line) ?? [];
      if (name === '' || keywords.test(name)) continue;
      const indent = space.length;
      return [{ name, indent, from, to: endOf(lines, from, indent) }];
    }
    return [];
  });
}

/** By indentation: to the line before the next one that is no deeper, closing brackets included. */
function endOf(lines: readonly string[], from: number, indent: number): number {
  let to = from + 1;
  for (let at = from + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const deeper = line.length - line.trimStart().length > indent;
    const closes = /^\s*[\])}]/.test(line);
    if (!deeper && !closes) break;
    to = at + 1;
    if (!deeper && !/[{:(,]\s*$/.test(line)) break;
  }
  return to;
}

function outermost(found: readonly Definition[]): Definition[] {
  return found.filter(
    (one) => !found.some((other) => other !== one && other.from < one.from && other.to >= one.to),
  );
}

function indented(lines: readonly string[], by: number): string[] {
  if (by >= 0) return lines.map((line) => (line.trim() === '' ? line : ' '.repeat(by) + line));
  return lines.map((line) => (line.startsWith(' '.repeat(-by)) ? line.slice(-by) : line));
}
