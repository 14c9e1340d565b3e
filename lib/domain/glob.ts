/**
 * True where the path fits the glob: `*` and `?` stay within one segment, `**` spans any number of them,
 * and names that begin with a dot are names like others. A glob that ends with `/` means all below it.
 * Takes time in proportion to the product of both lengths, whatever the glob.
 */
export function globMatches(glob: string, path: string): boolean {
  const pattern = (glob.endsWith('/') ? `${glob}**` : glob).split('/');
  return sequenceMatches(pattern, path.split('/'), '**', segmentMatches);
}

/** As `globMatches`, and also where the glob names a folder that the path is in. */
export function globCovers(glob: string, path: string): boolean {
  return globMatches(glob, path) || globMatches(`${glob}/**`, path);
}

function segmentMatches(pattern: string, segment: string): boolean {
  return sequenceMatches([...pattern], [...segment], '*', (one, c) => one === '?' || one === c);
}

/** Where a part does not fit, the last star takes one more and all after it starts again. */
function sequenceMatches(
  pattern: readonly string[],
  text: readonly string[],
  star: string,
  fits: (pattern: string, part: string) => boolean,
): boolean {
  let at = 0;
  let next = 0;
  let lastStar = -1;
  let taken = 0;
  while (next < text.length) {
    const one = pattern[at];
    if (one === star) {
      lastStar = at++;
      taken = next;
    } else if (one !== undefined && fits(one, text[next] as string)) {
      at += 1;
      next += 1;
    } else if (lastStar >= 0) {
      at = lastStar + 1;
      next = ++taken;
    } else return false;
  }
  while (pattern[at] === star) at += 1;
  return at === pattern.length;
}
