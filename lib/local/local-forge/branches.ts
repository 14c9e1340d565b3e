import { ForgeFailed, RepositoryInvalid } from '../../domain/errors.ts';
import type { CommitReceipt, CommitRequest, Identity } from '../../domain/forge.ts';
import { faultOf, type GitEnvironment, git, gitLine, runGit } from '../source/git.ts';
import { inspectRepository } from '../source/local-repository.ts';
import { overlayTree } from '../source/overlay.ts';

/** Commits are ours, whoever runs the program. */
export const localIdentity: Identity = { name: 'Entropy-Playground', email: 'entropy@localhost' };
const identity = {
  GIT_AUTHOR_NAME: localIdentity.name,
  GIT_AUTHOR_EMAIL: localIdentity.email,
  GIT_COMMITTER_NAME: localIdentity.name,
  GIT_COMMITTER_EMAIL: localIdentity.email,
};

/** The branches of a repository on this machine. Working tree, index, HEAD and other branches stay untouched. */
export interface Branches {
  find(branch: string): Promise<CommitReceipt | undefined>;
  commit(request: CommitRequest): Promise<CommitReceipt>;
}

/** Branches by plumbing only. All calls throw `ForgeFailed`, or `StorageFailed` on a full disk. */
export function branchesOf(repositoryPath: string, environment?: GitEnvironment): Branches {
  const within = async <T>(work: (gitDir: string) => Promise<T>): Promise<T> => {
    try {
      return await work((await inspectRepository(repositoryPath, environment)).gitDir);
    } catch (error) {
      if (!(error instanceof RepositoryInvalid)) throw error;
      throw new ForgeFailed(error.message, { cause: error });
    }
  };
  return {
    find: (branch) => within((gitDir) => findBranch(gitDir, branch, environment)),
    commit: (request) => within((gitDir) => commit(gitDir, request, environment)),
  };
}

async function findBranch(
  gitDir: string,
  branch: string,
  environment: GitEnvironment | undefined,
): Promise<CommitReceipt | undefined> {
  const name = `refs/heads/${branch}^{commit}`;
  const args = ['--git-dir', gitDir, 'rev-parse', '--verify', '-q'];
  const found = await runGit([...args, name], { environment });
  if (found.code !== 0) return undefined;
  const head = found.stdout.toString().trim();
  return { commit: head, tree: await gitLine([...args, `${head}^{tree}`], { environment }) };
}

async function commit(
  gitDir: string,
  request: CommitRequest,
  environment: GitEnvironment | undefined,
): Promise<CommitReceipt> {
  const { branch, parent, merges, base, files, message } = request;
  const present = await findBranch(gitDir, branch, environment);
  if (present !== undefined && present.commit !== parent) {
    throw new ForgeFailed(`branch ${branch} has moved to ${present.commit}; not a fast-forward`);
  }
  await refuseCheckedOut(gitDir, branch, environment);
  const tree = await overlayTree(gitDir, base, files, environment);
  const parents = [parent, ...(merges === undefined ? [] : [merges])].flatMap((one) => ['-p', one]);
  const made = await gitLine(['--git-dir', gitDir, 'commit-tree', tree, ...parents], {
    environment,
    variables: identity,
    config: [['i18n.commitEncoding', 'UTF-8']],
    input: message.endsWith('\n') ? message : `${message}\n`,
  });
  const old = present?.commit ?? '0'.repeat(made.length);
  const args = ['update-ref', '-m', 'entropy', `refs/heads/${branch}`, made, old];
  const moved = await runGit(['--git-dir', gitDir, ...args], { environment });
  if (moved.code !== 0) throw new ForgeFailed(`branch ${branch} can't be moved: ${faultOf(moved)}`);
  return { commit: made, tree };
}

/** A branch that moves under a working tree makes the tree look changed. */
async function refuseCheckedOut(
  gitDir: string,
  branch: string,
  environment: GitEnvironment | undefined,
): Promise<void> {
  const args = ['--git-dir', gitDir, 'worktree', 'list', '--porcelain', '-z'];
  const listed = (await git(args, { environment })).toString().split('\0\0');
  const holder = listed.find((tree) => tree.split('\0').includes(`branch refs/heads/${branch}`));
  if (holder === undefined || holder.split('\0').includes('bare')) return;
  const folder = holder.split('\0')[0]?.replace('worktree ', '');
  throw new ForgeFailed(`branch ${branch} is checked out in ${folder}; check out another there`);
}
