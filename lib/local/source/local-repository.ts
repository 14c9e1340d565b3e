import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RepositoryInvalid } from '../../domain/errors.ts';
import { type GitEnvironment, git, runGit } from './git.ts';

/** A git repository on this machine: a clone, a worktree of one, or a bare repository. */
export interface LocalRepository {
  /** The folder that holds objects and branches, shared by all worktrees. */
  readonly gitDir: string;
  /** Branch that HEAD names, or `HEAD` where it is detached. */
  readonly branch: string;
  readonly commit: string;
  readonly objectFormat: 'sha1' | 'sha256';
  /** It has no working tree. */
  readonly bare: boolean;
}

/** Looks at the repository that `path` is in. Throws `RepositoryInvalid` with what to do about it. */
export async function inspectRepository(
  path: string,
  environment?: GitEnvironment,
): Promise<LocalRepository> {
  const asked = ['--is-bare-repository', '--show-object-format', '--git-common-dir'];
  const head = ['HEAD^{commit}', '--symbolic-full-name', 'HEAD'];
  const found = await runGit(['-C', path, 'rev-parse', ...asked, ...head], { environment });
  if (found.code !== 0) throw new RepositoryInvalid(faultAt(path, found.stdout.length > 0));
  const lines = found.stdout.toString().replace(/\n$/, '').split('\n');
  const [bare, format] = lines;
  const [commit = '', ref = ''] = lines.slice(-2);
  // A folder's name may end with a space, and may even hold a line's end.
  const gitDir = await realpath(resolve(path, lines.slice(2, -2).join('\n')));
  return {
    gitDir,
    branch: ref.replace(/^refs\/(?:heads\/)?/, ''),
    commit,
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
    bare: bare === 'true',
  };
}

/** What git can't tell has no commit where it could tell anything at all. */
function faultAt(path: string, isRepository: boolean): string {
  return isRepository
    ? `${path} has no commit that HEAD names; commit something, or check out a branch that exists`
    : `${path} is not a git repository; give the folder of a clone, or run "git init" and commit there`;
}

/** True where a repository's working tree holds changes that HEAD does not; a run leaves them out. */
export async function isDirty(path: string, environment?: GitEnvironment): Promise<boolean> {
  const status = await git(['-C', path, 'status', '--porcelain', '-z'], { environment });
  return status.length > 0;
}
