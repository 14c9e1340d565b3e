import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../errors.ts';
import type { Git } from './exec.ts';

const noObject = '0'.repeat(40);

/** Type of an object, or undefined where there is none of that id. */
export async function objectType(git: Git, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
  const result = await git.run(['cat-file', '-t', sha]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

/** Commit that a branch points to. */
export async function branchHead(git: Git, branch: string): Promise<string | undefined> {
  return refTarget(git, `refs/heads/${branch}`);
}

/** Commit that a reference, by its full name, points to. */
export async function refTarget(git: Git, ref: string): Promise<string | undefined> {
  const result = await git.run(['show-ref', '--verify', '--hash', ref]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

/** All branches and their heads. */
export async function branchHeads(git: Git): Promise<Map<string, string>> {
  const format = '%(objectname) %(refname:lstrip=2)';
  const lines = await git.text(['for-each-ref', `--format=${format}`, 'refs/heads']);
  const entries = lines.split('\n').filter((line) => line !== '');
  return new Map(entries.map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** Commit that a branch name, tag or commit id means. */
export async function resolveCommit(git: Git, name: string): Promise<string | undefined> {
  const spec = `${name}^{commit}`;
  const result = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', spec]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

export async function writeBlob(git: Git, content: Buffer): Promise<string> {
  return git.text(['hash-object', '-w', '--stdin'], { input: content });
}

/** One entry of a tree to be written; `sha` null removes the path. */
export interface TreeWrite {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

/** Writes a tree: `entries` over `base`. */
export async function writeTree(
  git: Git,
  base: string | undefined,
  entries: readonly TreeWrite[],
): Promise<string> {
  const index = join(git.dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    if (base !== undefined) await git.text(['read-tree', base], { env });
    const line = ({ mode, sha, path }: TreeWrite) =>
      sha === null ? `0 ${noObject}\t${path}\0` : `${mode} ${sha}\t${path}\0`;
    const files = entries.filter((entry) => entry.mode !== '040000');
    const input = files.map(line).join('');
    const args = ['update-index', '-z', '--add', '--remove', '--replace', '--index-info'];
    const updated = await git.run(args, { env, input });
    if (updated.code !== 0 || /ignoring path/i.test(updated.stderr)) {
      throw new ApiError(422, 'tree.path contains a malformed path component');
    }
    for (const tree of entries.filter((entry) => entry.mode === '040000')) {
      await git.run(['rm', '-r', '-q', '--cached', '--ignore-unmatch', tree.path], { env });
      if (tree.sha !== null) {
        await git.text(['read-tree', `--prefix=${tree.path}/`, tree.sha], { env });
      }
    }
    return await git.text(['write-tree'], { env });
  } finally {
    await rm(index, { force: true });
  }
}

/** Who made a commit and when (seconds since the epoch, or ISO 8601). */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** Writes a commit. Its message is kept as it is. */
export async function writeCommit(
  git: Git,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: Signature;
    readonly committer: Signature;
  },
): Promise<string> {
  const { author, committer } = commit;
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: committer.date,
  };
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const args = ['commit-tree', ...parents, '-F', '-', commit.tree];
  return git.text(args, { env, input: commit.message });
}

export interface CommitInfo {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** Reads a commit; undefined where there is none of that id. */
export async function readCommit(git: Git, sha: string): Promise<CommitInfo | undefined> {
  if ((await objectType(git, sha)) !== 'commit') return undefined;
  const format = '%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B';
  const shown = await git.text(['log', '-1', '--no-show-signature', `--format=${format}`, sha]);
  const [tree, parents, an, ae, at, cn, ce, ct, message] = shown.split('\0') as string[] &
    [string, string, string, string, string, string, string, string, string];
  const date = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    message: message.replace(/\n$/, ''),
    author: { name: an, email: ae, date: date(at) },
    committer: { name: cn, email: ce, date: date(ct) },
  };
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
  readonly path: string;
}

/** Entries of a tree (or of a commit's tree). */
export async function readTree(git: Git, tree: string, recursive: boolean): Promise<TreeEntry[]> {
  const flags = recursive ? ['-r', '-t'] : [];
  const listed = await git.text(['ls-tree', '-z', '-l', ...flags, '--end-of-options', tree]);
  return listed
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode, type, sha, size] = line.slice(0, tab).split(/ +/) as [
        string,
        string,
        string,
        string,
      ];
      const entry = { mode, type, sha, path: line.slice(tab + 1) };
      return size === '-' ? entry : { ...entry, size: Number(size) };
    });
}

export async function readBlob(git: Git, sha: string): Promise<Buffer> {
  const result = await git.run(['cat-file', 'blob', sha]);
  if (result.code !== 0) throw new Error(`no blob ${sha}`);
  return result.stdout;
}

/** True where `ancestor` is reachable from `commit`. */
export async function isAncestor(git: Git, ancestor: string, commit: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', ancestor, commit])).code === 0;
}

/** Moves a ref if it still points to `from` (undefined: does not exist). False where it does not. */
export async function moveRef(
  git: Git,
  ref: string,
  to: string,
  from: string | undefined,
): Promise<boolean> {
  return (await git.run(['update-ref', ref, to, from ?? noObject])).code === 0;
}
