import { parseXml, type XmlElement } from './xml.ts';

/** What names a dependency of the registry; a path on the disk (`systemPath`) does not. */
const plain = new Set(
  'dependency groupId artifactId version scope type classifier optional exclusions exclusion dependencies'.split(
    ' ',
  ),
);
const places = [['dependencies'], ['dependencyManagement', 'dependencies']];

/**
 * The base's pom.xml with the dependencies that the change has. All else says what is built and tested, and
 * how: it stays the base's.
 */
export function mergePom(base: string, change: string): string | undefined {
  const from = parseXml(base);
  const to = parseXml(change);
  if (from === undefined || to === undefined) return undefined;
  let merged = base;
  for (const place of places) {
    const before = at(from, place);
    const now = at(to, place);
    if (now === undefined || !isPlain(now)) continue;
    const text = change.slice(now.start, now.end);
    if (before !== undefined) {
      const old = base.slice(before.start, before.end);
      merged = merged.replace(old, () => text);
    } else if (place.length === 1) {
      merged = merged.replace(/<\/project>\s*$/, () => `${text}\n</project>\n`);
    }
  }
  return sameWords(merged, change) ? change : merged;
}

const at = (root: XmlElement, path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>(
    (element, wanted) => element?.children.find(({ name }) => name === wanted),
    root,
  );

const isPlain = (element: XmlElement): boolean =>
  plain.has(element.name) && element.children.every(isPlain);

const sameWords = (one: string, other: string) => wordsOf(one) === wordsOf(other);
const wordsOf = (text: string) => text.replace(/\s+/g, ' ').trim();
