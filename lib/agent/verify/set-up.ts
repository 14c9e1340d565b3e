import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CommandRun } from '../../domain/evidence.ts';
import type { FoundChecks } from '../checks/find-checks.ts';
import { baseName } from '../checks/paths.ts';
import { type Bench, keep, restore } from './checkout.ts';
import { type Commands, recordOf, runInTree } from './commands.ts';
import { entriesOf, gitIn } from './git.ts';

/** Opens and closes the way to package registries; the environment is for set-up alone. */
export interface SetupPhase {
  begin(): Promise<Readonly<Record<string, string>>>;
  end(): Promise<void>;
}

/**
 * Runs the set-up commands in the tree, with the registries open only meanwhile. Trees with the same
 * dependency lists share what set-up made, where it can't depend on the source.
 */
export async function setUp(
  commands: Commands,
  phase: SetupPhase,
  { checks, shared: folders }: FoundChecks,
  plan: string,
): Promise<{ ok: boolean; ran: CommandRun[] }> {
  const ran: CommandRun[] = [];
  if (checks.setup.length === 0) return { ok: true, ran };
  const shared = folders.length === 0 ? undefined : await sharedPlace(commands, plan);
  if (shared !== undefined && (await restoreAll(commands.bench, folders, shared)))
    return { ok: true, ran };
  const extra = await phase.begin();
  try {
    for (const command of checks.setup) {
      const ended = await runInTree(commands, command, extra);
      ran.push(recordOf(command, ended, commands.bench));
      if (ended.result.exitCode !== 0) return { ok: false, ran };
    }
  } finally {
    await phase.end();
  }
  if (shared === undefined) return { ok: true, ran };
  for (const name of folders) {
    await keep(commands.bench, `${shared}-${name}`, join(commands.bench.tree, name));
  }
  return { ok: true, ran };
}

async function restoreAll(
  bench: Bench,
  names: readonly string[],
  shared: string,
): Promise<boolean> {
  for (const name of names) {
    if (!(await restore(bench, `${shared}-${name}`, join(bench.tree, name)))) return false;
  }
  return true;
}

/** The name that the products for these dependency lists are kept under; undefined where they can't be shared. */
async function sharedPlace({ bench }: Commands, plan: string): Promise<string | undefined> {
  const git = gitIn(bench.tree, bench.path, bench.wrapper);
  const hash = createHash('sha256');
  for (const [path, entry] of await entriesOf(git, plan)) {
    if (!dependencyList.test(baseName(path))) continue;
    hash.update(`${path}\0${entry.object}\n`);
    if (baseName(path) !== 'package.json') continue;
    const text = (await git(['cat-file', 'blob', entry.object])).toString('utf8');
    // A script may build from the source, and workspaces put links and folders where we do not look.
    if (ownScript.test(text) || text.includes('"workspaces"')) return undefined;
  }
  return hash.digest('hex').slice(0, 16);
}

const dependencyList = /^(package(-lock)?|npm-shrinkwrap)\.json$|^\.npmrc$/;
const ownScript = /"(pre|post)?(install|prepare)"\s*:|"prepublish"\s*:/;
