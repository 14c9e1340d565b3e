import type { Git } from './exec.ts';

/** One changed file between two commits. `patch` starts at the first hunk; none for binary files. */
export interface FileDiff {
  readonly path: string;
  readonly previous?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly sha: string;
  readonly patch?: string;
  readonly additions: number;
  readonly deletions: number;
}

const statuses = { A: 'added', D: 'removed', M: 'modified', T: 'modified', R: 'renamed' } as const;

/** Best common ancestor of two commits. */
async function mergeBase(git: Git, a: string, b: string): Promise<string | undefined> {
  const result = await git.run(['merge-base', a, b]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

/** What `head` changes since it left `base`, as a pull request shows it. */
export async function diffOf(git: Git, base: string, head: string): Promise<FileDiff[]> {
  const from = (await mergeBase(git, base, head)) ?? base;
  const common = ['diff', '-M', '--no-ext-diff', '--no-color'];
  const raw = await git.text([...common, '--raw', '-z', '--no-abbrev', from, head]);
  const patches = splitPatches(await git.text([...common, '-p', '--unified=3', from, head]));
  let next = 0;
  return parseRaw(raw).map(({ letter, ...file }) => {
    const patch = patches[next];
    // A change of type is shown as a removal and an addition.
    next += letter === 'T' ? 2 : 1;
    const lines = patch?.split('\n') ?? [];
    const counted = {
      ...file,
      additions: lines.filter((line) => line.startsWith('+')).length,
      deletions: lines.filter((line) => line.startsWith('-')).length,
    };
    return patch === undefined ? counted : { ...counted, patch };
  });
}

interface RawChange extends Omit<FileDiff, 'additions' | 'deletions' | 'patch'> {
  readonly letter: keyof typeof statuses;
}

function parseRaw(raw: string): RawChange[] {
  const fields = raw.split('\0');
  const files: RawChange[] = [];
  for (let at = 0; at < fields.length && fields[at] !== ''; ) {
    const [, , oldSha, newSha, letters] = (fields[at] ?? '').split(' ') as string[] &
      [string, string, string, string, string];
    const letter = letters[0] as keyof typeof statuses;
    const renamed = letter === 'R';
    const path = fields[at + (renamed ? 2 : 1)] ?? '';
    files.push({
      letter,
      path,
      status: statuses[letter],
      sha: letter === 'D' ? oldSha : newSha,
      ...(renamed ? { previous: fields[at + 1] ?? '' } : {}),
    });
    at += renamed ? 3 : 2;
  }
  return files;
}

/** One patch a file, in git's order, each from its first hunk on. */
function splitPatches(text: string): (string | undefined)[] {
  if (text === '') return [];
  return text
    .split(/^diff --git .*\n/m)
    .slice(1)
    .map((part) => {
      const at = part.search(/^@@ /m);
      return at === -1 ? undefined : part.slice(at).replace(/\n$/, '');
    });
}

/** The hunk's text up to a line, where the line lies in the patch; else undefined. */
export function hunkAt(patch: string, side: 'LEFT' | 'RIGHT', line: number): string | undefined {
  let left = 0;
  let right = 0;
  let hunk: string[] = [];
  for (const text of patch.split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (header) {
      left = Number(header[1]);
      right = Number(header[2]);
      hunk = [text];
      continue;
    }
    hunk.push(text);
    const onLeft = text.startsWith('-') || text.startsWith(' ');
    const onRight = text.startsWith('+') || text.startsWith(' ');
    const found = side === 'LEFT' ? onLeft && left === line : onRight && right === line;
    if (found) return hunk.join('\n');
    if (onLeft) left += 1;
    if (onRight) right += 1;
  }
  return undefined;
}
