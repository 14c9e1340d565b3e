import { StageLost, StageTimedOut } from '../domain/errors.ts';
import { readChange } from './read-change.ts';
import type { StageWork } from './stage-work.ts';
import type { Workspace } from './workspace.ts';

/**
 * Hands the gateway what a coder's folder holds where its attempt was cut off: a machine that is taken away, the end of
 * the stage's time. What can't be kept is said in the log and no more: the attempt has failed for another reason.
 */
export async function keepWork(
  work: StageWork,
  workspace: Workspace,
  error: unknown,
): Promise<void> {
  const reason: unknown = work.signal.aborted ? work.signal.reason : error;
  if (!(reason instanceof StageLost) && !(reason instanceof StageTimedOut)) return;
  try {
    const files = await readChange(workspace);
    if (files.length === 0) return;
    await work.gateway.keep({ base: workspace.base, files });
    work.log(`harness: kept the work so far: ${files.length} files`);
  } catch (fault) {
    work.log(`harness: the work so far is lost: ${(fault as Error).message}`);
  }
}
