import { type Edit, editsBetween, linesOf } from './edits.ts';

/** Lines around an edit that are shown with it. */
const context = 3;

/** The hunks of a unified diff between two texts. */
export function hunksBetween(before: string, after: string): string {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  return grouped(editsBetween(old, fresh))
    .map((edits) => hunkOf(edits, old, fresh))
    .join('');
}

/** Edits whose contexts meet are one hunk. */
function grouped(edits: readonly Edit[]): Edit[][] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (last !== undefined && edit.from - last.to <= 2 * context) group?.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function hunkOf(edits: readonly Edit[], old: readonly string[], fresh: readonly string[]): string {
  const [first, last] = [edits[0] as Edit, edits.at(-1) as Edit];
  const before = Math.min(context, first.from);
  const after = Math.min(context, old.length - last.to);
  const lines: string[] = [];
  let at = first.from - before;
  for (const { from, to, newFrom, newTo } of edits) {
    lines.push(...old.slice(at, from).map((line) => shown(' ', line)));
    lines.push(...old.slice(from, to).map((line) => shown('-', line)));
    lines.push(...fresh.slice(newFrom, newTo).map((line) => shown('+', line)));
    at = to;
  }
  lines.push(...old.slice(at, at + after).map((line) => shown(' ', line)));
  const removed = range(first.from - before, last.to + after);
  const added = range(first.newFrom - before, last.newTo + after);
  return `@@ -${removed} +${added} @@\n${lines.join('')}`;
}

/** Of no line the number is that of the line before it. */
function range(from: number, to: number): string {
  const count = to - from;
  if (count === 1) return `${from + 1}`;
  return `${count === 0 ? from : from + 1},${count}`;
}

function shown(sign: string, line: string): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`;
}
