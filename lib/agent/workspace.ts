import { appendFile, cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitOptions, git } from './git.ts';

/** A clone that tools work in, and beside it the harness's own copy of what was cloned. */
export interface Workspace {
  /** The working tree, with a `.git` of its own that tools may spoil. */
  readonly root: string;
  /** Copy of the `.git` as it was cloned: what a change is computed against. Outside `root`. */
  readonly gitDir: string;
  /** The base commit's id. */
  readonly base: string;
  /** Where git is found. */
  readonly path: string;
  /** What git is started through once tools have run, see `GitOptions`. */
  readonly wrapper: readonly string[];
}

/** What a clone is made from. */
export interface CloneRequest {
  /** URL that git reads from. */
  readonly url: string;
  readonly ref: string;
  /** Commit that the ref must name. */
  readonly base: string;
  /** Branch name the clone stands on. */
  readonly branch: string;
  /** An empty or missing folder. */
  readonly root: string;
  /** A folder for the harness's own files, outside `root`. */
  readonly scratch: string;
  readonly path: string;
  readonly wrapper?: readonly string[];
  readonly config?: GitOptions['config'];
  readonly signal?: AbortSignal;
}

/** Enough of the past for `git log` and `git blame` to be of use, and little to carry. */
const depth = 50;

/** What tools leave behind and no change should carry, even where a `.gitignore` forgot it. */
const leftovers = [
  'node_modules/',
  '__pycache__/',
  '*.py[co]',
  '.pytest_cache/',
  '.mypy_cache/',
  '.ruff_cache/',
  '.tox/',
  '.nox/',
  '.venv/',
  '.coverage',
  '*.egg-info/',
  '.gradle/',
  '.DS_Store',
];

/** Clones the base into `root`. Throws `RepositoryInvalid`. */
export async function cloneWorkspace(request: CloneRequest): Promise<Workspace> {
  const { root, base, path, signal } = request;
  const gitDir = join(request.scratch, 'clone.git');
  await mkdir(root, { recursive: true });
  const options = { cwd: root, path, ...(signal && { signal }) };
  const format = `--object-format=${base.length === 64 ? 'sha256' : 'sha1'}`;
  // Git's own template has samples that nobody reads; programs may count on the folders.
  const init = ['init', '--quiet', '--template=', format, `--initial-branch=${request.branch}`];
  await git(init, options);
  for (const folder of ['hooks', 'info']) await mkdir(join(root, '.git', folder));
  const fetch = ['fetch', '--quiet', '--no-tags', `--depth=${depth}`, request.url, request.ref];
  await git(fetch, { ...options, config: request.config ?? [] });
  await git(['reset', '--quiet', '--hard', base], options);
  await rm(join(root, '.git/FETCH_HEAD'), { force: true });
  await appendFile(join(root, '.git/info/exclude'), `${leftovers.join('\n')}\n`);
  // With its times: git tells by them which files it must look into.
  await cp(join(root, '.git'), gitDir, { recursive: true, preserveTimestamps: true });
  return { root, gitDir, base, path, wrapper: request.wrapper ?? [] };
}

/**
 * Makes what set-up commands did no part of any change: what is untracked now is ignored from here on,
 * and tracked files are as in the base again. Call it before the first tool runs.
 */
export async function settleSetup(workspace: Workspace): Promise<void> {
  const args = ['ls-files', '-z', '--others', '--exclude-standard', '--directory'];
  const names = (await git(args, cloneOptions(workspace))).toString().split('\0');
  const patterns = names.filter((name) => name !== '' && !name.includes('\n')).map(patternOf);
  await git(['reset', '--quiet', '--hard', workspace.base], cloneOptions(workspace));
  if (patterns.length === 0) return;
  for (const dir of [workspace.gitDir, join(workspace.root, '.git')]) {
    await appendFile(join(dir, 'info/exclude'), `${patterns.join('\n')}\n`);
  }
}

/**
 * Git options by which the harness reads the working tree through its own copy of the clone. Behind the
 * wrapper: git looks into repositories that lie in the tree, and with their configuration.
 */
export function cloneOptions(workspace: Workspace): GitOptions {
  const env = { GIT_DIR: workspace.gitDir, GIT_WORK_TREE: workspace.root };
  const { root, path, wrapper } = workspace;
  return { cwd: root, path, wrapper, env };
}

function patternOf(path: string): string {
  return `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;
}
