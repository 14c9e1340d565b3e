/** One kind of value: how its text is read, and how a person is told what it takes. */
export interface Kind<T> {
  /** The value, or `undefined` where the text is none of this kind. */
  read(text: string): T | undefined;
  /** What it takes, in a few words: "an integer from 1 to 10". */
  readonly takes: string;
  /** There where the variable may be left out. */
  readonly otherwise?: { readonly value: T };
}

/** Any text but the empty one. */
export function text(): Kind<string> {
  return { takes: 'text', read: (given) => (given === '' ? undefined : given) };
}

/** A whole number, within bounds that count as inside. */
export function integer(bounds: { min?: number; max?: number } = {}): Kind<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  return {
    takes: `an integer${between(bounds)}`,
    read(given) {
      const value = /^[+-]?\d+$/.test(given) ? Number(given) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

function between({ min, max }: { min?: number; max?: number }): string {
  if (min === undefined) return max === undefined ? '' : ` up to ${max}`;
  return max === undefined ? ` from ${min}` : ` from ${min} to ${max}`;
}

const flags: Record<string, boolean> = { true: true, yes: true, 1: true, false: false, no: false, 0: false };

/** Yes or no. */
export function flag(): Kind<boolean> {
  return { takes: 'yes or no', read: (given) => flags[given.toLowerCase()] };
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return { takes: words.join(' | '), read: (given) => words.find((word) => word === given) };
}

/** May be left out; then it is the fallback, or `undefined` where there is none. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined>;
export function optional<T>(kind: Kind<T>, fallback: T): Kind<T>;
export function optional<T>(kind: Kind<T>, fallback?: T): Kind<T | undefined> {
  return { takes: kind.takes, read: (given) => kind.read(given), otherwise: { value: fallback } };
}
