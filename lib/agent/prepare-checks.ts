import type { Checks } from '../domain/evidence.ts';
import type { CheckSettings } from '../domain/stage-input.ts';
import { findChecks } from './checks/find-checks.ts';
import { withJvmProxy } from './jvm-proxy.ts';
import { shown } from './tools/paths.ts';
import type { ToolPlace } from './tools/tool.ts';
import { entriesOf, gitIn, viewOf } from './verify/git.ts';
import type { SetupPhase } from './verify/set-up.ts';
import { settleSetup, type Workspace } from './workspace.ts';

/** What a role is told of the repository's checks. */
export interface PreparedChecks {
  readonly checks?: Checks;
  readonly setup?: string;
}

/**
 * Finds the repository's checks in the base and runs their set-up commands in the workspace, so that a
 * role can run tests although it has no network. A failed set-up is told to the role and no more: the
 * verifier judges.
 */
export async function prepareChecks(
  workspace: Workspace,
  place: ToolPlace,
  settings: CheckSettings,
  phase: SetupPhase,
): Promise<PreparedChecks> {
  const git = gitIn(workspace.gitDir, workspace.path);
  const found = await findChecks(viewOf(git, await entriesOf(git, workspace.base)), settings);
  if (found === undefined) return {};
  const { checks } = found;
  if (checks.setup.length === 0) return { checks };
  const setup = await runSetup(place, checks.setup, phase);
  await settleSetup(workspace);
  return { checks, setup };
}

async function runSetup(
  place: ToolPlace,
  commands: readonly string[],
  phase: SetupPhase,
): Promise<string> {
  const extra = await phase.begin();
  try {
    return await withJvmProxy(place.env, extra, () => runAll(place, commands, extra));
  } finally {
    await phase.end();
  }
}

async function runAll(
  place: ToolPlace,
  commands: readonly string[],
  extra: Readonly<Record<string, string>>,
): Promise<string> {
  for (const command of commands) {
    const result = await place.exec({
      run: command,
      cwd: place.root,
      env: { ...place.env, ...extra },
      timeoutMs: place.commandMs,
      outputLimit: 4_000,
      floodLimit: place.floodBytes,
      signal: place.signal,
    });
    place.signal.throwIfAborted();
    if (result.exitCode === 0) continue;
    const how = result.timedOut ? 'did not end in time' : `ended with ${result.exitCode}`;
    return `Set-up failed: \`${command}\` ${how}, with this output:\n${shown(place.root, result.output)}`;
  }
  return `Set-up is done: ${commands.map((command) => `\`${command}\``).join(', ')}.`;
}
