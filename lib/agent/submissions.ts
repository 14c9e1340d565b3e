import { HandoffInvalid } from '../domain/errors.ts';
import type { Handoff, Submission } from '../domain/handoff.ts';
import type { ToolUseBlock } from '../domain/model.ts';
import type { Submit } from '../roles/role.ts';
import type { CallOutcome } from './loop.ts';
import { readChange } from './read-change.ts';
import { parseArguments } from './tool-specs.ts';
import type { Workspace } from './workspace.ts';

const goesBack = 2;

/** Takes what a role submits, and gives it back with the faults as long as it may try again. */
export interface Submissions {
  take(submit: Submit, call: ToolUseBlock): Promise<CallOutcome>;
}

/**
 * An invalid submission goes back twice at most, a coder's empty change once; the next is thrown as
 * `HandoffInvalid`. `leave` hands the result to the gateway, which has the last word on its form.
 */
export function submissions(
  workspace: Workspace,
  leave: (handoff: Handoff) => Promise<void>,
): Submissions {
  let refused = 0;
  let wasEmpty = false;
  const handoffOf = async (submit: Submit, input: unknown): Promise<Handoff> => {
    if (submit.kind !== 'change-set') return { kind: submit.kind, ...(input as object) } as Handoff;
    const files = await readChange(workspace);
    if (files.length === 0) {
      if (wasEmpty) refused = goesBack;
      wasEmpty = true;
      throw new HandoffInvalid('/workspace holds no change: nothing differs from the base');
    }
    return { kind: 'change-set', base: workspace.base, files, ...(input as Submission) };
  };
  return {
    async take(submit, call) {
      try {
        const parsed = parseArguments(submit.schema, call);
        if ('fault' in parsed) throw new HandoffInvalid(parsed.fault);
        await leave(await handoffOf(submit, parsed.input));
        return { text: 'Accepted.', isError: false, done: true };
      } catch (error) {
        if (!(error instanceof HandoffInvalid) || refused >= goesBack) throw error;
        refused += 1;
        return { text: `Not accepted: ${error.message}`, isError: true };
      }
    },
  };
}
