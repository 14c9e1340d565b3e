import { ecosystems } from '../ecosystems.ts';
import { code } from './report-text.ts';
import { depthOf, type Place } from './survey.ts';

const mostListed = 8;
const mostCharacters = 1400;

/** What was looked for, and what stands there in its stead. */
export function nothingFoundText(places: readonly Place[]): string {
  const none = 'No way to run the tests of this repository was found';
  const root = places.find(({ folder }) => depthOf(folder) === 0)?.manifests ?? new Map();
  const below = places.filter(({ folder }) => depthOf(folder) > 0);
  if (root.size > 0) {
    const lines = [...byEcosystem(root)].map(
      ([name, files]) => `- ${files.map(code).join(', ')}: looked for ${looksFor(name)}`,
    );
    return cut([`${none}: what stands at its root names none.`, ...lines, ...belowText(below)]);
  }
  if (below.length > 0) {
    return cut([`${none} at its root: manifests stand in sub-folders only.`, ...belowText(below)]);
  }
  const looked = ecosystems.map((one) => `- ${one.name}: ${one.looksFor}`);
  return cut([`${none}, nor a manifest down to two folders. Looked for:`, ...looked]);
}

const looksFor = (name: string) => ecosystems.find((one) => one.name === name)?.looksFor ?? name;

function byEcosystem(manifests: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [file, name] of manifests) found.set(name, [...(found.get(name) ?? []), file]);
  return found;
}

function belowText(places: readonly Place[]): string[] {
  const lines = places
    .slice(0, mostListed)
    .map(
      ({ folder, manifests }) =>
        `- ${code(folder)}: ${[...manifests.keys()].slice(0, 4).map(code).join(', ')}`,
    );
  const more = places.length - mostListed;
  return more > 0 ? [...lines, `- and ${more} folders more`] : lines;
}

function cut(lines: readonly string[]): string {
  const text = lines.join('\n');
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
