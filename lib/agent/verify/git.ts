import { spawn } from 'node:child_process';
import type { TreeView } from '../checks/ecosystem.ts';

/** Runs git in a folder. Throws with git's own words where it fails. */
export type Git = (
  args: readonly string[],
  options?: { readonly input?: Buffer | string; readonly env?: Record<string, string> },
) => Promise<Buffer>;

/**
 * No configuration but the repository's, no hooks, no prompts, no filters from anywhere else. Nothing is fetched: what a
 * folder's configuration names to fetch a missing object with would be run.
 */
const alone = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  LC_ALL: 'C',
};
const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.autocrlf=false'],
  // Harness and tools may be two users that read each other's repositories.
  'safe.directory=*',
];

/**
 * Git in `cwd`; `path` is where programs are looked up, `wrapper` what git is started through where tools
 * have touched the folder: its configuration may name programs of theirs.
 */
export function gitIn(cwd: string, path: string, wrapper: readonly string[] = []): Git {
  return (args, { input = '', env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const command = ['git', ...settings.flatMap((s) => ['-c', s]), ...args];
      const [program = 'git', ...rest] = [...wrapper, ...command];
      const child = spawn(program, rest, {
        cwd,
        env: { PATH: path, ...alone, ...env },
      });
      const out: Buffer[] = [];
      const said: Buffer[] = [];
      child.stdout.on('data', (chunk) => out.push(chunk));
      child.stderr.on('data', (chunk) => said.push(chunk));
      // Git may end before it has read all; its exit code says what matters.
      child.stdin.on('error', () => {});
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out));
        else reject(new Error(`git ${args[0]}: ${Buffer.concat(said).toString('utf8').trim()}`));
      });
      child.stdin.end(input);
    });
}

/** One line of git's output, as text. */
export const line = (bytes: Buffer): string => bytes.toString('utf8').trim();

/** A commit's or tree's entries by path. */
export async function entriesOf(git: Git, treeish: string): Promise<Map<string, TreeEntry>> {
  const listed = (await git(['ls-tree', '-r', '-z', '--full-tree', treeish])).toString('utf8');
  const entries = listed.split('\0').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [facts = '', path = ''] = entry.split('\t');
      const [mode = '', , object = ''] = facts.split(' ');
      return [path, { mode, object }] as const;
    }),
  );
}

/** A file as git keeps it. */
export interface TreeEntry {
  readonly mode: string;
  readonly object: string;
}

/** What discovery sees of a commit. */
export function viewOf(git: Git, entries: ReadonlyMap<string, TreeEntry>): TreeView {
  return {
    files: [...entries.keys()],
    read: async (path) => {
      const entry = entries.get(path);
      if (entry === undefined || !entry.mode.startsWith('100')) return undefined;
      return (await git(['cat-file', 'blob', entry.object])).toString('utf8');
    },
  };
}
