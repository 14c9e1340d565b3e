import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RepositoryInvalid } from '../../domain/errors.ts';
import { type GitEnvironment, git, gitLine, runGit } from './git.ts';

/** A git repository on this machine: a clone, a worktree of one, or a bare repository. */
export interface LocalRepository {
  /** The folder that holds objects and branches, shared by all worktrees. */
  readonly gitDir: string;
  /** Branch that HEAD names, or `HEAD` where it is detached. */
  readonly branch: string;
  readonly commit: string;
  readonly objectFormat: 'sha1' | 'sha256';
}

/** Looks at the repository that `path` is in. Throws `RepositoryInvalid` with what to do about it. */
export async function inspectRepository(
  path: string,
  environment?: GitEnvironment,
): Promise<LocalRepository> {
  const found = await runGit(['-C', path, 'rev-parse', '--git-common-dir'], { environment });
  if (found.code !== 0) {
    throw new RepositoryInvalid(
      `${path} is not a git repository; give the folder of a clone, or run "git init" and commit there`,
    );
  }
  // Only the line's own end is cut: a folder's name may end with a space.
  const gitDir = await realpath(resolve(path, found.stdout.toString().replace(/\n$/, '')));
  const head = await runGit(['-C', path, 'rev-parse', '--verify', '-q', 'HEAD^{commit}'], {
    environment,
  });
  if (head.code !== 0) {
    throw new RepositoryInvalid(
      `${path} has no commit that HEAD names; commit something, or check out a branch that exists`,
    );
  }
  const branch = await runGit(['-C', path, 'symbolic-ref', '-q', '--short', 'HEAD'], {
    environment,
  });
  const format = await gitLine(['-C', path, 'rev-parse', '--show-object-format'], { environment });
  return {
    gitDir,
    branch: branch.code === 0 ? branch.stdout.toString().trim() : 'HEAD',
    commit: head.stdout.toString().trim(),
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
  };
}

/** True where the working tree holds changes that HEAD does not; a run leaves them out. */
export async function isDirty(path: string, environment?: GitEnvironment): Promise<boolean> {
  const bare = await gitLine(['-C', path, 'rev-parse', '--is-bare-repository'], { environment });
  if (bare === 'true') return false;
  const status = await git(['-C', path, 'status', '--porcelain', '-z'], { environment });
  return status.length > 0;
}
