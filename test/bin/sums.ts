import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Files by path; null deletes. */
export type Files = Readonly<Record<string, string | null>>;

const testLines = [
  "import assert from 'node:assert/strict';",
  "import { test } from 'node:test';",
  "import { sum } from '../src/sum.js';",
  '',
  "test('the sum of nothing is zero', () => assert.equal(sum([]), 0));",
  "test('the sum of some numbers', () => assert.equal(sum([1, 2, 3]), 6));",
];
const right = 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);\n';
const wrong = 'export const sum = (numbers) => numbers.slice(1).reduce((a, b) => a + b, 0);\n';

/** A small repository with a bug that one of its two tests catches. */
export const sums = {
  'package.json': `${JSON.stringify({ name: 'sums', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'src/sum.js': wrong,
  'test/sum.test.js': `${testLines.join('\n')}\n`,
} as const satisfies Files;

/** The change that mends it. */
export const mended: Files = { 'src/sum.js': right };

/** The issue as a person would write it. */
export const issueText = '# sum leaves out the first number\n\n`sum([1, 2, 3])` gives 5, not 6.\n';

const quiet = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Runs git in a folder, with nobody's configuration. */
export function git(dir: string, ...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...who, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', ...quiet },
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

/** Makes a repository of the files with one commit. */
export function repositoryAt(dir: string, files: Files = sums): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (text !== null) writeFileSync(join(dir, path), text);
  }
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'add', '-A', '-f');
  git(dir, 'commit', '-q', '-m', 'base');
  return dir;
}

/** The tree that a branch must have: the base with the files of a change over it. */
export function treeWith(dir: string, base: string, files: Files): string {
  const index = join(tmpdir(), `entropy-index-${crypto.randomUUID()}`);
  const run = (args: string[], input?: string) =>
    execFileSync('git', args, {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', ...quiet, GIT_INDEX_FILE: index },
      encoding: 'utf8',
      input: input ?? '',
    }).trim();
  run(['read-tree', base]);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) run(['update-index', '--force-remove', path]);
    else {
      const blob = run(['hash-object', '-w', '--stdin'], text);
      run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`]);
    }
  }
  const tree = run(['write-tree']);
  rmSync(index);
  return tree;
}

/**
 * All that a run must leave alone, file by file: the working tree with what is not committed, and git's own
 * files (HEAD, index, branches, stash, configuration). Objects and the run's own branch may be added.
 */
export function stateOf(dir: string): Record<string, string> {
  const common = realpathSync(resolve(dir, git(dir, 'rev-parse', '--git-common-dir')));
  const folders = [...new Set([realpathSync(dir), common])];
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const added = ['objects/', 'refs/heads/entropy/', 'logs/refs/heads/entropy/'];
  const kept = paths.filter((path) => !added.some((one) => path.startsWith(join(common, one))));
  return Object.fromEntries(kept.sort().map((path) => [path, contentOf(path)]));
}

function contentOf(path: string): string {
  const found = lstatSync(path);
  const content = found.isSymbolicLink()
    ? readlinkSync(path)
    : readFileSync(path).toString('base64');
  return `${found.mode.toString(8)} ${content}`;
}

/** Branches that runs have made. */
export function runBranches(dir: string): string[] {
  return git(dir, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/entropy')
    .split('\n')
    .filter((name) => name !== '');
}
