import type { TreeView } from '../ecosystem.ts';
import { baseName, inTestFolder, isInstalled } from '../paths.ts';

/** A folder that says in a manifest how what is in it is built and tested. */
export interface Place {
  /** `''` for the root. */
  readonly folder: string;
  /** Manifests that stand in it, each with the ecosystem that it belongs to. */
  readonly manifests: ReadonlyMap<string, string>;
  /** The folder's files as if it were a repository of its own. */
  readonly tree: TreeView;
}

/** More than this of a repository is not looked at to say why it can't be checked. */
const most = { depth: 2, files: 50_000, places: 40, reads: 400, characters: 200_000 };

const manifests: readonly (readonly [string, RegExp])[] = [
  ['go', /^go\.(mod|work)$/],
  ['cargo', /^Cargo\.toml$/],
  ['maven', /^pom\.xml$/],
  ['gradle', /^(build|settings)\.gradle(\.kts)?$/],
  ['dotnet', /\.(slnx?|csproj|fsproj|vbproj)$/],
  ['python', /^(pyproject\.toml|setup\.(py|cfg)|tox\.ini|noxfile\.py|requirements\.txt)$/],
  ['node', /^package\.json$/],
  ['phpunit', /^(composer\.json|phpunit(\.dist)?\.xml(\.dist)?)$/],
  ['perl', /^(Makefile\.PL|Build\.PL|cpanfile)$/],
  ['ruby', /^(Gemfile|gems\.rb|Rakefile|.*\.gemspec)$/],
  ['cmake', /^CMakeLists\.txt$/],
  ['meson', /^meson\.build$/],
  ['autotools', /^(configure(\.ac|\.in)?|Makefile\.am)$/],
  ['make', /^(GNUm|M|m)akefile$/],
];
/** Folders of other people's code, of what is built, and hidden ones. */
const passedOver =
  /(^|\/)(\.[^/]*|node_modules|vendor|third[-_]?party|external|bower_components|dist|build|target|out)\//;
/** Names that a person can write in a shell command without a second thought. */
const plainFolder = /^[\p{L}\p{N}_@][\p{L}\p{N}_@.+ -]*(\/[\p{L}\p{N}_@][\p{L}\p{N}_@.+ -]*)*$/u;

/**
 * The root, and the folders up to two down that hold a manifest, the shallower first. Code of others, what is built
 * and the tests' own fixtures are passed over; files and reads are bounded.
 */
export function survey(tree: TreeView): readonly Place[] {
  const files = tree.files.slice(0, most.files);
  const found = new Map<string, Map<string, string>>([['', new Map()]]);
  for (const path of files) {
    const [folder, manifest, ecosystem] = manifestOf(path) ?? [];
    if (folder === undefined || manifest === undefined || ecosystem === undefined) continue;
    if (!found.has(folder) && found.size >= most.places) continue;
    const there = found.get(folder) ?? new Map<string, string>();
    found.set(folder, there.set(manifest, ecosystem));
  }
  const read = boundedRead(tree);
  const places = [...found].map(([folder, there]) => placeAt(folder, there, files, read));
  return places.sort((a, b) => depthOf(a.folder) - depthOf(b.folder));
}

/** Folders between the root and this one, itself included. */
export const depthOf = (folder: string): number => (folder === '' ? 0 : folder.split('/').length);

function manifestOf(path: string): readonly [string, string, string] | undefined {
  const tests = /^(?:(.*)\/)?t\/[^/]+\.t$/.exec(path);
  const folder = tests ? (tests[1] ?? '') : path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  if (depthOf(folder) > most.depth) return undefined;
  const isOurs = folder === '' || (plainFolder.test(folder) && !inTestFolder(`${folder}/`));
  if (!isOurs || passedOver.test(`${folder}/`) || isInstalled(path)) return undefined;
  if (tests) return [folder, 't/*.t', 'perl'];
  const ecosystem = manifests.find(([, name]) => name.test(baseName(path)))?.[0];
  return ecosystem === undefined ? undefined : [folder, baseName(path), ecosystem];
}

function placeAt(
  folder: string,
  there: ReadonlyMap<string, string>,
  files: readonly string[],
  read: TreeView['read'],
): Place {
  const before = folder === '' ? '' : `${folder}/`;
  const own = files.filter((path) => path.startsWith(before));
  return {
    folder,
    manifests: there,
    tree: {
      files: own.map((path) => path.slice(before.length)),
      read: (path) => read(`${before}${path}`),
    },
  };
}

function boundedRead(tree: TreeView): TreeView['read'] {
  const known = new Map<string, Promise<string | undefined>>();
  return async (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    if (known.size >= most.reads) return undefined;
    const text = tree.read(path).then((whole) => whole?.slice(0, most.characters));
    known.set(path, text);
    return text;
  };
}
