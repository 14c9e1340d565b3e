import { join } from 'node:path';
import { pathFault } from '../../domain/change-path.ts';
import { PolicyViolation } from '../../domain/errors.ts';
import type { ChangeSet, FileChange } from '../../domain/handoff.ts';
import { mergeDefinition, splitTests } from '../checks/ecosystems.ts';
import { isInstalled } from '../checks/paths.ts';
import { type Git, line, type TreeEntry } from './git.ts';
import type { Kinds } from './kinds.ts';

type Entries = ReadonlyMap<string, TreeEntry>;

export type RunName = 'base' | 'change' | 'testsOnly' | 'baseTests';

/** The four trees of Verify, and the change by what its paths are. */
export interface Plans {
  /** Ids of git's: every definition the base's, dependencies in it as the change has them. */
  readonly plans: Readonly<Record<RunName, string>>;
  /** The change laid over the base, whole. */
  readonly tree: string;
  readonly paths: {
    readonly source: string[];
    readonly tests: string[];
    readonly definitions: string[];
  };
}

interface Part {
  readonly file: FileChange;
  readonly kind: 'source' | 'test' | 'definition';
  /** What stands at the path in the change's own tree; undefined: nothing. */
  readonly whole: TreeEntry | undefined;
  /** The same with the base's definitions. */
  readonly safe: TreeEntry | undefined;
  /** Where tests stand in the source: what stands at the path in the trees that take only one of both. */
  readonly split?: { readonly tests: TreeEntry; readonly source: TreeEntry };
}

/**
 * Writes the four trees into the repository's objects; nothing that a change names can reach another place.
 * Throws `PolicyViolation` for a path that is no plain path within the repository.
 */
export async function planTrees(
  git: Git,
  change: ChangeSet,
  base: Entries,
  kinds: Kinds,
): Promise<Plans> {
  checkPaths(change);
  const parts: Part[] = [];
  for (const file of change.files) parts.push(await partOf(git, base, kinds, file));
  const index = join(line(await git(['rev-parse', '--absolute-git-dir'])), 'index-of-plans');
  const write = (take: (part: Part) => TreeEntry | undefined | 'base') =>
    writeTree(git, index, change.base, base, parts, take);
  const untouched = line(await git(['rev-parse', `${change.base}^{tree}`]));
  const isTestPart = (part: Part) => part.kind === 'test';
  return {
    tree: await write((part) => part.whole),
    plans: {
      base: untouched,
      change: await write((part) => part.safe),
      testsOnly: await write((part) =>
        isTestPart(part) ? part.whole : (part.split?.tests ?? 'base'),
      ),
      baseTests: await write((part) =>
        isTestPart(part) ? 'base' : (part.split?.source ?? part.safe),
      ),
    },
    paths: {
      source: pathsOf(parts, (part) => isSource(base, part)),
      tests: pathsOf(parts, (part) => isTestPart(part) || changesTests(base, part)),
      definitions: pathsOf(parts, (part) => part.kind === 'definition'),
    },
  };
}

/** Git passes over such paths without a word, and the change would be judged without them. */
function checkPaths({ files }: ChangeSet): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const fault = pathFault(path) ?? (seen.has(path) ? 'a path named twice' : undefined);
    if (fault !== undefined) throw new PolicyViolation(`${fault}: ${JSON.stringify(path)}`);
    seen.add(path);
  }
}

async function partOf(git: Git, base: Entries, kinds: Kinds, file: FileChange): Promise<Part> {
  const { path } = file;
  const whole = await entryOf(git, file);
  if (kinds.isTest(path)) return { file, kind: 'test', whole, safe: whole };
  if (!kinds.isDefinition(path)) {
    const split = await splitOf(git, base, file);
    return { file, kind: 'source', whole, safe: whole, ...(split ? { split } : {}) };
  }
  const before = base.get(path);
  if (before === undefined || file.content === null) {
    // A package of its own that the change adds defines nothing of the base's checks.
    const isNew =
      before === undefined &&
      file.content !== null &&
      path.endsWith('/package.json') &&
      !isInstalled(path);
    return isNew
      ? { file, kind: 'source', whole, safe: whole }
      : { file, kind: 'definition', whole, safe: before };
  }
  const baseText = (await git(['cat-file', 'blob', before.object])).toString('utf8');
  const text = Buffer.from(file.content, 'base64').toString('utf8');
  const merged = mergeDefinition(path, baseText, text);
  if (merged === undefined) return { file, kind: 'definition', whole, safe: before };
  if (merged === text) return { file, kind: 'source', whole, safe: whole };
  const safe = { mode: before.mode, object: await writeBlob(git, merged) };
  return { file, kind: 'definition', whole, safe };
}

async function splitOf(git: Git, base: Entries, { path, content, mode }: FileChange) {
  const before = base.get(path);
  if (before === undefined || content === null || !before.mode.startsWith('100')) return undefined;
  const text = (await git(['cat-file', 'blob', before.object])).toString('utf8');
  const split = splitTests(path, text, Buffer.from(content, 'base64').toString('utf8'));
  if (split === undefined) return undefined;
  const entry = async (half: string) => ({ mode, object: await writeBlob(git, half) });
  return { tests: await entry(split.tests), source: await entry(split.source) };
}

/** A file of which only the tests were changed is no source. */
function isSource(base: Entries, part: Part): boolean {
  if (part.kind !== 'source') return mergesBoth(base, part);
  return part.split === undefined || part.split.source.object !== base.get(part.file.path)?.object;
}

const changesTests = (base: Entries, { file, split }: Part) =>
  split !== undefined && split.tests.object !== base.get(file.path)?.object;

/** A file that holds definitions and more is source too where more than definitions was changed. */
function mergesBoth(base: Entries, part: Part): boolean {
  const before = base.get(part.file.path);
  return part.kind === 'definition' && part.safe?.object !== before?.object;
}

async function entryOf(git: Git, file: FileChange): Promise<TreeEntry | undefined> {
  if (file.content === null) return undefined;
  const bytes = Buffer.from(file.content, 'base64');
  if (file.mode !== '160000') return { mode: file.mode, object: await writeBlob(git, bytes) };
  // A submodule's content is its commit; anything else is refused when the change is published.
  const commit = bytes.toString('utf8').trim();
  return /^[0-9a-f]{40,64}$/.test(commit) ? { mode: file.mode, object: commit } : undefined;
}

async function writeBlob(git: Git, bytes: Buffer | string): Promise<string> {
  return line(await git(['hash-object', '-w', '--stdin'], { input: bytes }));
}

async function writeTree(
  git: Git,
  index: string,
  commit: string,
  base: Entries,
  parts: readonly Part[],
  take: (part: Part) => TreeEntry | undefined | 'base',
): Promise<string> {
  const env = { GIT_INDEX_FILE: index };
  await git(['read-tree', commit], { env });
  const lines = parts.map((part) => {
    const taken = take(part);
    const entry = taken === 'base' ? base.get(part.file.path) : taken;
    const zero = '0'.repeat(commit.length);
    return `${entry?.mode ?? '0'} ${entry?.object ?? zero}\t${part.file.path}\0`;
  });
  // Removals first: a file may make room for a folder of the same name.
  lines.sort((a, b) => Number(b.startsWith('0 ')) - Number(a.startsWith('0 ')));
  await git(['update-index', '-z', '--index-info'], { env, input: lines.join('') });
  return line(await git(['write-tree'], { env }));
}

function pathsOf(parts: readonly Part[], is: (part: Part) => boolean): string[] {
  return parts
    .filter(is)
    .map((part) => part.file.path)
    .sort();
}
