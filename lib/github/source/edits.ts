import { diffArrays } from 'diff';

/** Lines `[from, to)` of one text that are lines `[newFrom, newTo)` of another. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** Edits in lines that are looked for; texts further apart are one edit from first to last difference. */
const mostEdits = 4000;

/** A text's lines, each with its end. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** The edits that make `after` of `before`, in order; between two of them is at least one line. */
export function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && before[start] === after[start] && start < after.length) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const old = before.slice(start, before.length - end);
  const fresh = after.slice(start, after.length - end);
  if (old.length === 0 && fresh.length === 0) return [];
  const whole: Edit = {
    ...{ from: start, to: before.length - end },
    ...{ newFrom: start, newTo: after.length - end },
  };
  if (old.length === 0 || fresh.length === 0) return [whole];
  const parts = diffArrays(old, fresh, { maxEditLength: mostEdits });
  return parts === undefined ? [whole] : editsOf(parts, start);
}

function editsOf(
  parts: readonly { readonly count: number; readonly added: boolean; readonly removed: boolean }[],
  start: number,
): Edit[] {
  const edits: Edit[] = [];
  let [at, newAt] = [start, start];
  let open: Edit | undefined;
  for (const { count, added, removed } of parts) {
    const [from, newFrom] = [at, newAt];
    if (!added) at += count;
    if (!removed) newAt += count;
    if (!added && !removed) open = undefined;
    else {
      if (open !== undefined) edits.pop();
      const { from: first, newFrom: newFirst }: Pick<Edit, 'from' | 'newFrom'> = open ?? {
        from,
        newFrom,
      };
      open = { from: first, to: at, newFrom: newFirst, newTo: newAt };
      edits.push(open);
    }
  }
  return edits;
}
