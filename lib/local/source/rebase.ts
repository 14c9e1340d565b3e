import { RepositoryInvalid } from '../../domain/errors.ts';
import type { FileChange } from '../../domain/handoff.ts';
import type { Source } from '../../domain/source.ts';
import { faultOf, type GitEnvironment, git, gitLine, runGit } from './git.ts';
import { overlayTree } from './overlay.ts';

/** Nobody sees these commits; the same ones come out however often they are made. */
const identity = {
  GIT_AUTHOR_NAME: 'entropy',
  GIT_AUTHOR_EMAIL: 'entropy@localhost',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'entropy',
  GIT_COMMITTER_EMAIL: 'entropy@localhost',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
};

/** Merges what a change did to `from` into `onto`; see `Source`. Throws `RepositoryInvalid`. */
export async function rebaseFiles(
  gitDir: string,
  { from, onto, files }: Parameters<Source['rebase']>[1],
  environment?: GitEnvironment,
): ReturnType<Source['rebase']> {
  const at = ['--git-dir', gitDir];
  const commit = (tree: string, ...parents: string[]) =>
    gitLine([...at, 'commit-tree', tree, ...parents.flatMap((one) => ['-p', one])], {
      environment,
      variables: identity,
      input: '',
    });
  // By their trees alone: where the branch was rewritten, its history tells nothing of the change.
  const base = await commit(`${from}^{tree}`);
  const ours = await commit(`${onto}^{tree}`, base);
  const theirs = await commit(await overlayTree(gitDir, from, files, environment), base);
  const how = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages'];
  const merged = await runGit([...at, ...how, ours, theirs], { environment });
  if (merged.code !== 0 && merged.code !== 1) {
    throw new RepositoryInvalid(`git can't merge here (2.38 or newer does): ${faultOf(merged)}`);
  }
  const [tree = '', ...conflicts] = merged.stdout.toString().split('\0').filter(Boolean);
  return {
    files: await filesBetween(gitDir, onto, tree, environment),
    conflicts: [...new Set(conflicts)],
  };
}

async function filesBetween(
  gitDir: string,
  commit: string,
  tree: string,
  environment: GitEnvironment | undefined,
): Promise<FileChange[]> {
  const how = ['diff-tree', '-r', '-z', '--no-renames', '--raw', '--full-index'];
  const listed = await git(['--git-dir', gitDir, ...how, commit, tree], { environment });
  const fields = listed.toString().split('\0');
  const files: FileChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, oldMode, newMode, blob, kind] =
      /^:(\d+) (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])/.exec(fields[at] ?? '') ?? [];
    const path = fields[at + 1];
    if (path === undefined || blob === undefined) continue;
    const gone = kind === 'D';
    const mode = (gone ? oldMode : newMode) as FileChange['mode'];
    const show = ['--git-dir', gitDir, 'cat-file', 'blob', blob];
    const bytes = gone || mode === '160000' ? undefined : await git(show, { environment });
    files.push({ path, mode, content: bytes?.toString('base64') ?? null });
  }
  return files;
}
