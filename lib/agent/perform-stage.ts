import type { StageInput } from '../domain/stage-input.ts';
import { roles } from '../roles/registry.ts';
import type { BriefFacts, Role } from '../roles/role.ts';
import { applyChange } from './change-files.ts';
import { cleanIssue } from './clean-text.ts';
import { execIn } from './exec.ts';
import { git } from './git.ts';
import { keepWork } from './keep-work.ts';
import { readDiff } from './read-change.ts';
import { setupPhase } from './set-up-egress.ts';
import { stageParts } from './stage-parts.ts';
import { cloneFor, type StageWork } from './stage-work.ts';
import type { ClaimedEvent } from './teller.ts';
import { toolEnvironment, workEnvironment } from './tool-environment.ts';
import type { ToolPlace } from './tools/tool.ts';
import type { Workspace } from './workspace.ts';

/** Does the stage's work and leaves its handoff. Throws what went wrong, named. */
export async function performStage(work: StageWork): Promise<void> {
  const input = await work.gateway.input();
  const { role } = work.grant.stage;
  if (role !== 'verifier') return modelStage(work, input, roles[role]);
  const { verifyStage } = await stageParts.verify();
  return verifyStage(work, input);
}

async function modelStage(work: StageWork, given: StageInput, role: Role): Promise<void> {
  const input = given.issue ? { ...given, issue: cleanIssue(given.issue) } : given;
  // Loaded while git is at work; who needs it waits for it, and is told what is wrong with it.
  if (runsCommands(role)) stageParts.checks().catch(() => undefined);
  stageParts.engine(input.engine?.name).catch(() => undefined);
  const workspace = await cloneFor(work, input, work.workspace);
  if (input.strategy === 'rewrite') {
    const { performRewrite } = await stageParts.rewrite();
    return performRewrite(work, input, role.name, workspace, teller(work));
  }
  const place = placeOf(work, workspace);
  const facts = await prepared(work, input, role, workspace, place);
  const engine = await stageParts.engine(input.engine?.name);
  try {
    await engine.perform({
      role,
      input,
      facts,
      limits: work.grant.limits,
      workspace,
      place,
      gateway: work.gateway,
      tell: teller(work),
      engine: input.engine ?? { name: 'builtin', model: '', wires: [] },
      wire: work.gateway.wire,
      scratch: work.scratch,
      path: work.sandbox.path,
      programs: work.sandbox.programs ?? {},
    });
  } catch (error) {
    if (role.name === 'coder') await keepWork(work, workspace, error);
    throw error;
  }
}

function placeOf(work: StageWork, workspace: Workspace): ToolPlace {
  const { limits } = work.grant;
  return {
    root: workspace.root,
    exec: execIn(work.sandbox),
    env: workEnvironment(toolEnvironment(work.sandbox), workspace.root, work.scratch),
    commandMs: limits.commandMs,
    floodBytes: limits.outputBytes,
    signal: work.signal,
  };
}

/** Brings the workspace to where the role begins: tests can run, and an earlier change is in it. */
async function prepared(
  work: StageWork,
  input: StageInput,
  role: Role,
  workspace: Workspace,
  place: ToolPlace,
): Promise<Omit<BriefFacts, 'nonce'>> {
  const checks = runsCommands(role) ? await setUp(work, input, workspace, place) : {};
  const files = input.cutOff?.files ?? input.change?.files;
  if (files === undefined) return checks;
  await applyChange(workspace.root, files);
  if (role.name !== 'reviewer') return checks;
  // Staged, so that new files too are in the reviewer's `git diff --cached`. Behind the wrapper: set-up
  // commands may have left programs for git to run in the configuration here.
  const { root, path, wrapper } = workspace;
  await git(['add', '--all'], { cwd: root, path, wrapper });
  return { ...checks, diff: await readDiff(workspace) };
}

function runsCommands(role: Role): boolean {
  return role.tools.includes('shell');
}

async function setUp(
  work: StageWork,
  input: StageInput,
  workspace: Workspace,
  place: ToolPlace,
): Promise<Omit<BriefFacts, 'nonce'>> {
  const { prepareChecks } = await stageParts.checks();
  const phase = setupPhase(work.gateway, work.egress, work.sandbox.proxy);
  return prepareChecks(workspace, place, input.checks, phase);
}

function teller(work: StageWork): (event: ClaimedEvent) => void {
  return (event) => {
    work.log(`${event.kind} ${JSON.stringify(event.data)}`);
    work.gateway.tell(event);
  };
}
