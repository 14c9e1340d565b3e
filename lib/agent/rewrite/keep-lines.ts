const most = 3000;

/**
 * The new text with every line of the old one still in it, in order: a small model that adds a test often
 * loses what stood around it. Undefined where nothing was lost, or the files are too long to compare.
 */
export function withOldLines(old: string, text: string): string | undefined {
  const [a, b] = [old.split('\n'), text.split('\n')];
  if (a.length > most || b.length > most) return undefined;
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number) => lengths[i * (b.length + 1) + j] ?? 0;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [mine = '', theirs = ''] = [a[i], b[j]];
    if (i < a.length && j < b.length && mine === theirs) {
      lines.push(mine);
      [i, j] = [i + 1, j + 1];
    } else if (j < b.length && (i === a.length || at(i, j + 1) >= at(i + 1, j))) {
      lines.push(theirs);
      j += 1;
    } else {
      lines.push(mine);
      i += 1;
    }
  }
  const merged = lines.join('\n');
  return merged === text ? undefined : merged;
}

/** Length of the longest common subsequence of what follows each pair of places. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const right = lengths[i * width + j + 1] ?? 0;
      const both = lengths[(i + 1) * width + j + 1] ?? 0;
      lengths[i * width + j] = a[i] === b[j] ? both + 1 : Math.max(below, right);
    }
  }
  return lengths;
}
