import { type Edit, editsBetween, linesOf } from './edits.ts';

/** What the two sides of a conflict are called beside git's marks. */
export interface Labels {
  readonly ours: string;
  readonly theirs: string;
}

/** Lines `[from, to)`. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/** A place where a merge is not simply ours: their lines instead of ours, or both because they conflict. */
interface Place {
  readonly kind: 'ours' | 'theirs' | 'conflict';
  readonly ours: Lines;
  readonly theirs: Lines;
}

/** Fewer lines than this between two conflicts make them one, as git has it. */
const between = 4;

/**
 * Merges what two texts made of a third one, line by line, as git's merge does: changes that touch are a
 * conflict unless they are alike, and what both sides of a conflict have in common is outside of its marks.
 */
export function mergeText(
  base: string,
  ours: string,
  theirs: string,
  labels: Labels,
): { readonly text: string; readonly conflict: boolean } {
  const lines = { base: linesOf(base), ours: linesOf(ours), theirs: linesOf(theirs) };
  const places = joined(
    placesOf(lines).flatMap((place) =>
      place.kind === 'conflict' ? refined(place, lines.ours, lines.theirs) : [place],
    ),
  );
  let text = '';
  let at = 0;
  for (const place of places) {
    if (place.kind === 'ours') continue;
    text += lines.ours.slice(at, place.ours.from).join('');
    text +=
      place.kind === 'theirs'
        ? lines.theirs.slice(place.theirs.from, place.theirs.to).join('')
        : marked(place, lines, labels);
    at = place.ours.to;
  }
  text += lines.ours.slice(at).join('');
  return { text, conflict: places.some(({ kind }) => kind === 'conflict') };
}

interface Three {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/** Edits of both sides that touch each other are one place. */
function placesOf(lines: Three): Place[] {
  const ours = editsBetween(lines.base, lines.ours);
  const theirs = editsBetween(lines.base, lines.theirs);
  const places: Place[] = [];
  // By how much lines of each side are further down than the base's, after the places so far.
  const shift = { ours: 0, theirs: 0 };
  while (ours.length > 0 || theirs.length > 0) {
    const taken = { ours: [] as Edit[], theirs: [] as Edit[] };
    const from = Math.min(ours[0]?.from ?? Infinity, theirs[0]?.from ?? Infinity);
    let to = from;
    for (let found = true; found; ) {
      found = false;
      for (const [rest, mine] of [
        [ours, taken.ours],
        [theirs, taken.theirs],
      ] as const) {
        const next = rest[0];
        if (next === undefined || next.from > to) continue;
        rest.shift();
        mine.push(next);
        to = Math.max(to, next.to);
        found = true;
      }
    }
    const side = (edits: readonly Edit[], name: 'ours' | 'theirs'): Lines => {
      const start = from + shift[name];
      for (const { from: a, to: b, newFrom, newTo } of edits)
        shift[name] += newTo - newFrom - b + a;
      return { from: start, to: to + shift[name] };
    };
    const one = taken.theirs.length === 0 ? 'ours' : 'theirs';
    const kind = taken.ours.length > 0 && taken.theirs.length > 0 ? 'conflict' : one;
    places.push({ kind, ours: side(taken.ours, 'ours'), theirs: side(taken.theirs, 'theirs') });
  }
  return places;
}

/** A conflict as what the two sides do not have in common; none where they are alike. */
function refined(place: Place, ours: readonly string[], theirs: readonly string[]): Place[] {
  const [a, b] = [place.ours, place.theirs];
  const edits = editsBetween(ours.slice(a.from, a.to), theirs.slice(b.from, b.to));
  return edits.map(({ from, to, newFrom, newTo }) => ({
    kind: 'conflict',
    ours: { from: a.from + from, to: a.from + to },
    theirs: { from: b.from + newFrom, to: b.from + newTo },
  }));
}

/** Conflicts with little between them as one. */
function joined(places: readonly Place[]): Place[] {
  const all: Place[] = [];
  for (const place of places) {
    const last = all.at(-1);
    const near = last !== undefined && place.ours.from - last.ours.to < between;
    if (near && last.kind === 'conflict' && place.kind === 'conflict') {
      all[all.length - 1] = {
        kind: 'conflict',
        ours: { from: last.ours.from, to: place.ours.to },
        theirs: { from: last.theirs.from, to: place.theirs.to },
      };
    } else all.push(place);
  }
  return all;
}

function marked({ ours, theirs }: Place, lines: Three, labels: Labels): string {
  // Marks end as the lines before them do, where that is the same on all sides.
  const windows =
    endsWithCr(lines.ours, ours.from - 1) !== false &&
    endsWithCr(lines.theirs, theirs.from - 1) !== false &&
    endsWithCr(lines.base, 0) === true;
  const newline = windows ? '\r\n' : '\n';
  const part = (side: readonly string[], { from, to }: Lines) => {
    const text = side.slice(from, to).join('');
    return text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
  };
  return [
    `<<<<<<< ${labels.ours}${newline}`,
    part(lines.ours, ours),
    `=======${newline}`,
    part(lines.theirs, theirs),
    `>>>>>>> ${labels.theirs}${newline}`,
  ].join('');
}

/** Whether a line, or the first one, ends as on Windows; undefined where no line there has an end. */
function endsWithCr(lines: readonly string[], at: number): boolean | undefined {
  const line = lines[Math.max(at, 0)];
  if (line?.endsWith('\n')) return line.endsWith('\r\n');
  const before = lines[at - 1];
  return before === undefined ? undefined : before.endsWith('\r\n');
}
