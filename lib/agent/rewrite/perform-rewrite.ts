import { randomBytes } from 'node:crypto';
import type { StageInput } from '../../domain/stage-input.ts';
import { guidanceText } from '../../roles/guidance.ts';
import type { ModelRole } from '../../roles/role.ts';
import { capped } from '../../roles/sections.ts';
import { applyChange } from '../change-files.ts';
import { cleanGuidance } from '../clean-text.ts';
import { readDiff } from '../read-change.ts';
import type { StageWork } from '../stage-work.ts';
import type { ClaimedEvent } from '../teller.ts';
import type { Workspace } from '../workspace.ts';
import type { Desk } from './desk.ts';
import { readIssue } from './read-issue.ts';
import { rehearser } from './rehearse.ts';
import { reviewChange } from './review-change.ts';
import { sourcesOf } from './sources.ts';
import { writeCode } from './write-code.ts';

/**
 * Plays a role by whole files, without tools, until its handoff is left at the gateway. Throws `AgentStuck`,
 * `HandoffInvalid`, `ModelFailed`, and what the gateway throws.
 */
export async function performRewrite(
  work: StageWork,
  input: StageInput,
  role: ModelRole,
  workspace: Workspace,
  tell: (event: ClaimedEvent) => void,
): Promise<void> {
  const nonce = randomBytes(8).toString('hex');
  const desk: Desk = {
    input,
    guidance: guidanceText(shortGuidance(input.guidance), nonce),
    sources: await sourcesOf(workspace, input),
    model: work.gateway.model,
    rehearse: rehearser(work, input, workspace),
    nonce,
    tell,
  };
  switch (role) {
    case 'issue-reader':
      return work.gateway.leave(await readIssue(desk));
    case 'coder':
      return work.gateway.leave(await writeCode(desk));
    case 'reviewer':
      await applyChange(workspace.root, input.change?.files ?? []);
      return work.gateway.leave(await reviewChange(desk, await readDiff(workspace)));
  }
}

/** Characters of each file that a small model is shown of the repository's guidance. */
const guidanceCap = 1500;

function shortGuidance(given: StageInput['guidance']): StageInput['guidance'] {
  const guidance = cleanGuidance(given);
  if (guidance === undefined) return undefined;
  const files = guidance.files.map(({ path, text }) => ({ path, text: capped(text, guidanceCap) }));
  return { ...guidance, files };
}
