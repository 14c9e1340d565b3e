import type { Found } from '../ecosystem.ts';
import { ecosystems } from '../ecosystems.ts';
import { parsePackage } from '../node-manifest.ts';
import { nodeSetup } from '../node-setup.ts';
import { quoted } from '../shell-words.ts';
import { pythonBeside, testScripts } from './beside.ts';
import { linesFor } from './lines.ts';
import { otherNames } from './other-names.ts';
import { missingTools } from './programs.ts';
import { depthOf, type Place } from './survey.ts';

/** Commands that stand to reason from what is in the repository. Nobody has run them. */
export interface Proposal {
  /** `''` for the root. */
  readonly folder: string;
  /** As in `ecosystems.ts`, or `script`. */
  readonly ecosystem: string;
  /** Lines of `.entropy.yml`, valid by its own reader. */
  readonly lines: string;
  /** Programs that they need and the machine doesn't have. */
  readonly missing: readonly string[];
}

interface Candidate extends Found {
  readonly folder: string;
  readonly ecosystem: string;
}

/** Parts of a repository that are seldom what it is about. */
const aside =
  /(^|\/)(examples?|samples?|demos?|docs?|documentation|web-?site|site|bench(marks?)?|tools|scripts|templates?)(\/|$)/i;
/** Of these a manifest further down is a part of the one above it, which is built as a whole. */
const nested = new Set(['cmake', 'meson', 'maven', 'gradle', 'autotools', 'dotnet', 'cargo']);

/**
 * Ways to check the repository, the likeliest first; none with a command that is among `failed`. `path` is where
 * programs are looked for.
 */
export async function proposalsFor(
  places: readonly Place[],
  failed: readonly string[],
  path: string,
): Promise<Proposal[]> {
  const root = places.find(({ folder }) => folder === '');
  const candidates: Candidate[] = [];
  for (const place of places) {
    for (const found of await candidatesAt(place, places)) {
      candidates.push(inFolder(found, place, await workspaceSetup(place, root)));
    }
  }
  const no = new Set(failed.map(plain));
  const open = candidates.filter(
    ({ setup, test }) => ![...setup, test].some((command) => no.has(plain(command))),
  );
  const proposals: Proposal[] = [];
  for (const { setup, test, folder, ecosystem } of open) {
    const lines = linesFor({ setup: [...setup], test });
    if (lines === undefined || proposals.some((one) => one.lines === lines)) continue;
    const missing = await missingTools(ecosystem, [...setup, test], path);
    proposals.push({ folder, ecosystem, lines, missing });
  }
  return proposals.sort((a, b) => weight(a) - weight(b));
}

const plain = (command: string) => command.replace(/\s+/g, ' ').trim();

/** Equal ones keep their order: what discovery finds before what only sounds like tests. */
const weight = ({ missing, folder }: Proposal) =>
  (missing.length > 0 ? 100 : 0) + (aside.test(folder) ? 10 : 0) + depthOf(folder);

/** What discovery would find if the folder were the repository, then tests by other names. */
async function candidatesAt(place: Place, places: readonly Place[]): Promise<Candidate[]> {
  const { folder, manifests, tree } = place;
  const here = new Set(manifests.values());
  const above = places.filter((one) => one !== place && isAbove(one.folder, folder));
  const isPart = (name: string) =>
    nested.has(name) && above.some((one) => [...one.manifests.values()].includes(name));
  const found: Candidate[] = [];
  const take = (ecosystem: string, more: readonly Found[]) => {
    for (const one of more) found.push({ ...one, folder, ecosystem });
  };
  const asked = ecosystems.filter(({ name }) => folder === '' || (here.has(name) && !isPart(name)));
  for (const one of asked) {
    const usual = await one.detect(tree);
    if (usual !== undefined) take(one.name, [usual]);
  }
  for (const { name } of asked) take(name, (await otherNames[name]?.(tree)) ?? []);
  if (folder === '') {
    take('python', await pythonBeside(tree));
    take('script', await testScripts(tree));
  }
  return found;
}

const isAbove = (outer: string, inner: string) => outer === '' || inner.startsWith(`${outer}/`);

/** The commands as the root's shell runs them. */
function inFolder(
  found: Candidate,
  { folder, tree }: Place,
  shared: readonly string[] | undefined,
): Candidate {
  if (folder === '') return found;
  const enter = `cd ${/^[\w./-]+$/.test(folder) ? folder : quoted(folder)}`;
  const isNode = found.ecosystem === 'node';
  const setup = (isNode ? shared : undefined) ?? found.setup.map((line) => `${enter} && ${line}`);
  // Programs that packages bring stand beside the manifest; PATH has the root's only.
  const bin = isNode && setup.length > 0 ? ' && export PATH="$PATH:$PWD/node_modules/.bin"' : '';
  const src = found.ecosystem === 'python' && tree.files.some((path) => path.startsWith('src/'));
  const test = src ? `export PYTHONPATH=src && ${found.test}` : found.test;
  return { ...found, setup, test: `${enter}${bin} && ${test}` };
}

/** What installs a package that is one of the root's workspaces, and so has no lock file of its own. */
async function workspaceSetup({ folder, tree }: Place, root: Place | undefined) {
  const own = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'npm-shrinkwrap.json'];
  if (folder === '' || root === undefined || own.some((name) => tree.files.includes(name))) {
    return undefined;
  }
  const manifest = parsePackage((await root.tree.read('package.json')) ?? '');
  if (manifest === undefined) return undefined;
  const spaces =
    manifest.workspaces !== undefined || root.tree.files.includes('pnpm-workspace.yaml');
  return spaces ? nodeSetup(manifest, root.tree) : undefined;
}
