import { HandoffInvalid } from '../../domain/errors.ts';
import type { Handoff } from '../../domain/handoff.ts';
import { readChange } from '../read-change.ts';
import { answerIn } from './answer.ts';
import type { EngineWork } from './engine.ts';

const subjectLength = 100;
const bodyLength = 4000;

/**
 * Makes a role's handoff of what its program left. A coder's is what is in the folder: words that fit no form are
 * no reason to lose it, but an empty change goes back once. Throws `HandoffInvalid`.
 */
export function handoffTaker(work: Pick<EngineWork, 'role' | 'input' | 'workspace'>) {
  const { role, input, workspace } = work;
  return async (left: unknown): Promise<Handoff> => {
    if (role.name !== 'coder') {
      const { submit, input } = answerIn(role, left);
      return { kind: submit.kind, ...input } as Handoff;
    }
    const files = await readChange(workspace);
    if (files.length === 0) {
      throw new HandoffInvalid('the folder holds no change: nothing differs from the base');
    }
    const words = coderWords(left);
    const title = words.title ?? input.plan?.title ?? 'Change the code';
    const body = words.body ?? input.plan?.summary ?? title;
    return {
      kind: 'change-set',
      base: workspace.base,
      files,
      title: title.trim().slice(0, subjectLength).trim(),
      body: body.trim().slice(0, bodyLength).trim(),
    };
  };
  function coderWords(left: unknown): { readonly title?: string; readonly body?: string } {
    try {
      return answerIn(role, left).input;
    } catch (error) {
      if (!(error instanceof HandoffInvalid)) throw error;
      return typeof left === 'string' && left.trim() !== '' ? { body: left } : {};
    }
  }
}
