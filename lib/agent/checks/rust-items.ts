import { type RustItem, rustItems } from './rust-scan.ts';

/**
 * Tests that stand in a source file (`mod tests` under `cfg(test)`, functions under `#[test]`, examples in the
 * documentation of an item) taken apart from the rest: the base's source with the change's tests, and the
 * change's source with the base's. Undefined where neither file has any.
 */
export function splitRust(
  base: string,
  change: string,
): { readonly tests: string; readonly source: string } | undefined {
  const before = rustItems(base);
  const after = rustItems(change);
  const isTest =
    (text: string) =>
    ({ kind, start, end }: RustItem) =>
      kind === 'test' || hasExample(text.slice(start, end));
  if (!before.some(isTest(base)) && !after.some(isTest(change))) return undefined;
  const sameAsBase = (text: string) => (inLines(text) === inLines(base) ? base : text);
  return {
    tests: sameAsBase(exchanged(base, before, change, after)),
    source: sameAsBase(exchanged(change, after, base, before)),
  };
}

/** Taking an item out leaves empty lines where it stood. */
const inLines = (text: string) => text.replace(/\s*\n/g, '\n').trim();

const hasExample = (documentation: string) => /```|~~~|^\s*\/\/[/!]\s{5,}\S/m.test(documentation);

/** `text` with the tests of `other` in the place of its own; documentation only where its item is there. */
function exchanged(
  text: string,
  own: readonly RustItem[],
  other: string,
  wanted: readonly RustItem[],
): string {
  const textOf = (item: RustItem) => other.slice(item.start, item.end);
  const places = new Set(own.map(({ key }) => key));
  let result = '';
  let at = 0;
  for (const item of own) {
    result += text.slice(at, item.start);
    const mine = text.slice(item.start, item.end);
    const instead = wanted.find(({ key }) => key === item.key);
    at = item.end;
    if (item.kind === 'test') result += instead === undefined ? '' : textOf(instead);
    else if (instead === undefined) result += isInner(item) && hasExample(mine) ? '' : mine;
    else result += hasExample(mine + textOf(instead)) ? textOf(instead) : mine;
  }
  result += text.slice(at);
  const added = wanted.filter(
    ({ key, kind, depth }) => kind === 'test' && depth === 0 && !places.has(key),
  );
  return added.length === 0 ? result : `${result}\n${added.map(textOf).join('\n\n')}\n`;
}

/** Documentation of what it stands in, which can stand alone. */
const isInner = ({ key }: RustItem) => key.includes('//!');
