import fc from 'fast-check';

/** Lines of a text, and whether it ends with a newline and with carriage returns. */
interface Shape {
  readonly length: number;
  readonly windows: boolean;
  readonly open: boolean;
}

/** What becomes of a line: it stays, goes, is another, or has one before it. Same words, same lines. */
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant('stays' as const) },
  { weight: 1, arbitrary: fc.constant('goes' as const) },
  { weight: 1, arbitrary: fc.constantFrom('is a', 'is b', 'after a', 'after b') },
);

function shaped(lines: readonly string[], { windows, open }: Shape): string {
  const newline = windows ? '\r\n' : '\n';
  const text = lines.map((line) => `${line}${newline}`).join('');
  return open ? text.slice(0, -newline.length) : text;
}

/** A text and so many that were made of it, in which no line is like another: only one difference is right. */
export function textsOf(versions: number): fc.Arbitrary<{ base: string; made: string[] }> {
  const shape = fc.record({
    length: fc.nat({ max: 24 }),
    windows: fc.boolean(),
    open: fc.boolean(),
  });
  return shape.chain((base) => {
    const fates = fc.array(fate, { minLength: base.length + 1, maxLength: base.length + 1 });
    const version = fc.record({ fates, open: fc.boolean() });
    const made = fc.array(version, { minLength: versions, maxLength: versions });
    const lines = Array.from({ length: base.length }, (_, n) => `line ${n}`);
    return made.map((all) => ({
      base: shaped(lines, base),
      made: all.map(({ fates: mine, open }) => {
        const fresh = [...lines, undefined].flatMap((line, n) => {
          const kept = line === undefined ? [] : [line];
          const what = mine[n] ?? 'stays';
          if (what === 'goes') return [];
          if (what.startsWith('is')) return [`${n} ${what}`];
          return what === 'stays' ? kept : [`${n} ${what}`, ...kept];
        });
        return shaped(fresh, { ...base, open });
      }),
    }));
  });
}
