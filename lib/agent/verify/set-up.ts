import type { CommandRun } from '../../domain/evidence.ts';
import type { FoundChecks } from '../checks/find-checks.ts';
import { withJvmProxy } from '../jvm-proxy.ts';
import { type Commands, recordOf, runInTree, toolEnv } from './commands.ts';
import { keepSetup, restoreSetup, sharedName } from './shared-setup.ts';

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
  { checks, sharing }: FoundChecks,
  plan: string,
): Promise<{ ok: boolean; ran: CommandRun[] }> {
  const ran: CommandRun[] = [];
  const { bench } = commands;
  if (checks.setup.length === 0) return { ok: true, ran };
  const name = sharing === undefined ? undefined : await sharedName(bench, sharing, plan);
  if (name !== undefined && (await restoreSetup(bench, name))) return { ok: true, ran };
  const extra = await phase.begin();
  let ok = true;
  const all = async () => {
    for (const command of checks.setup) {
      const ended = await runInTree(commands, command, extra);
      ran.push(recordOf(command, ended, bench));
      ok = ended.result.exitCode === 0;
      if (!ok) return;
    }
  };
  try {
    await withJvmProxy(toolEnv(bench, commands.env), extra, all);
  } finally {
    await phase.end();
  }
  if (!ok) return { ok, ran };
  if (sharing !== undefined && name !== undefined) await keepSetup(bench, sharing, plan, name);
  return { ok: true, ran };
}
