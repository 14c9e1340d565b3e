/** A file, or a part of one, as a model gave it back. */
export interface FileBlock {
  /** As it was written; undefined where the block names none. */
  readonly path: string | undefined;
  readonly text: string;
}

const opening = /^\s{0,3}(`{3,}|~{3,})(.*)$/;
const pathLike = /^(?:\.{0,2}\/)*[\w@.()[\]+-]+(?:\/[\w@.()[\]+ -]+)*$/;

/**
 * The fenced blocks of a reply. A block's path stands in its opening line, in the line before it, or in a
 * comment that is its first line: small models do all three. A block that is never closed was cut off and
 * is left out.
 */
export function fileBlocks(reply: string, known: readonly string[]): FileBlock[] {
  const lines = reply.replace(/\r\n?/g, '\n').split('\n');
  const blocks: FileBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, fence = '', info = ''] = opening.exec(lines[at] ?? '') ?? [];
    if (fence === '') continue;
    const end = closingOf(lines, at + 1, fence);
    if (end === undefined) break;
    const body = lines.slice(at + 1, end);
    blocks.push(blockOf(info, lines.slice(0, at), body, known));
    at = end;
  }
  return blocks;
}

function closingOf(lines: readonly string[], from: number, fence: string): number | undefined {
  for (let at = from; at < lines.length; at += 1) {
    const found = (lines[at] ?? '').trim();
    const same = found.startsWith(fence) && found === found.charAt(0).repeat(found.length);
    if (same) return at;
  }
  return undefined;
}

function blockOf(
  info: string,
  before: readonly string[],
  body: readonly string[],
  known: readonly string[],
): FileBlock {
  const named = pathIn(info, known) ?? knownIn(lastLine(before), known);
  if (named !== undefined) return { path: named, text: `${body.join('\n')}\n` };
  const comment = /^\s*(?:\/\/|#|--|\/\*|<!--)\s*(\S+?)\s*(?:\*\/|-->)?\s*$/.exec(body[0] ?? '');
  const told = knownIn(comment?.[1] ?? '', known);
  const text = told === undefined ? body : body.slice(1);
  return { path: told, text: `${text.join('\n')}\n` };
}

/** A path in a block's opening line: `js src/a.js`, `src/a.js`, `js:src/a.js`, `js title="src/a.js"`. */
function pathIn(info: string, known: readonly string[]): string | undefined {
  const words = info
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^(?:path|file|filename|title|name)=/i, ''))
    .map((word) => word.replace(/^["'`{(]+|["'`}),:]+$/g, ''));
  const plain = words.flatMap((word) => [word, word.replace(/^\w+:/, '')]);
  const exact = plain.find((word) => known.includes(word.replace(/^\.\//, '')));
  const path = exact ?? plain.find((word) => /[./]/.test(word) && pathLike.test(word));
  return path?.replace(/^\.\//, '');
}

/** The one known path that a line names. */
function knownIn(line: string, known: readonly string[]): string | undefined {
  const words = line.split(/[\s`*"'(),:;]+/).map((word) => word.replace(/^\.\//, ''));
  const found = [...new Set(words.filter((word) => known.includes(word)))];
  return found.length === 1 ? found[0] : undefined;
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== '') ?? '';
}
