import { join } from 'node:path';
import type { StageInput } from '../domain/stage-input.ts';
import { needed } from '../roles/sections.ts';
import { execIn } from './exec.ts';
import { setupPhase } from './set-up-egress.ts';
import { cloneFor, programsOf, type StageWork } from './stage-work.ts';
import { toolEnvironment } from './tool-environment.ts';
import { verifyChange } from './verify.ts';

/** The verifier's stage: no model, only the checks. Leaves Evidence. */
export async function verifyStage(work: StageWork, input: StageInput): Promise<void> {
  const { gateway, signal } = work;
  // Out of the tools' reach: what a test could change in here, the later trees would be made of.
  const scratch = work.sandbox.private ?? work.scratch;
  const clone = await cloneFor({ ...work, scratch }, input, join(scratch, 'repository'));
  const evidence = await verifyChange({
    workspaceRoot: work.workspace,
    repositoryDir: clone.root,
    base: clone.base,
    change: needed(input.change, 'change'),
    checks: input.checks,
    limits: work.grant.limits,
    exec: execIn(work.sandbox),
    wrapper: work.sandbox.wrapper ?? [],
    beforeTools: work.touchFilesAsTools,
    env: toolEnvironment(work.sandbox),
    programs: programsOf(work),
    setup: setupPhase(gateway, work.egress, work.sandbox.proxy),
    log: ({ step, ...data }) => {
      work.log(`verify.${step} ${JSON.stringify(data)}`);
      gateway.tell({ kind: `verify.${step}`, data });
    },
    signal,
  });
  signal.throwIfAborted();
  await gateway.leave(evidence);
}
