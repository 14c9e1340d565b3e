import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed, ForgeUnavailable } from '../../domain/errors.ts';
import type { Forge, PostedComment } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { type EffectWork, markerOf, performEffect, receiptOf } from './perform-effect.ts';

/** In every status comment, whatever its run: a newer run finds the older ones by it. */
const statusMark = '<!-- entropy-status -->';

/** What the comment says at one step of the run. */
export interface StatusStep extends Omit<EffectWork<object>, 'find' | 'act'> {
  /** Names the step within the run: it is told once. */
  readonly step: string;
  readonly text: string;
  /** Set where an older run may still be at its own comment: none is folded away yet. */
  readonly foldsNone?: boolean;
}

/** `step` is the one whose text the comment was made with. */
type Posted = PostedComment & { readonly step: string };

/**
 * Puts the step's text into the run's one comment on the issue, which is made where there is none yet; older
 * runs' comments are folded away then. Safe to repeat. Throws `FenceStale`, `Cancelled`, `ForgeFailed`.
 */
export async function tellStep(ports: Ports, run: Run, told: StatusStep): Promise<void> {
  const { step, text, foldsNone = false, ...manner } = told;
  const forge = ports.forgeOf(run);
  const key = statusKey(run);
  const stepKey = effectKey(run.id, 'comment', step);
  const body = [text, statusMark, markerOf(key), markerOf(stepKey)].join('\n\n');
  const posted = await performEffect<Posted>(ports, run, key, 'comment', {
    ...manner,
    find: async () => {
      const same = await forge.findComment(run.issue, markerOf(stepKey));
      if (same !== undefined) return { ...same, step };
      const found = await forge.findComment(run.issue, markerOf(key));
      // It has an earlier step's text.
      return found && { ...found, step: '' };
    },
    act: async () => ({ ...(await forge.comment(run.issue, body)), step }),
  });
  if (!foldsNone) await foldOlder(ports, run, forge, posted.id, manner);
  if (posted.step === step) return;
  await performEffect(ports, run, stepKey, 'comment', {
    ...manner,
    find: () => forge.findComment(run.issue, markerOf(stepKey)),
    act: () => replace(forge, run.issue, posted.id, body),
  });
}

/** True where the run has said something on its issue. */
export async function hasToldStatus(ports: Ports, run: Run): Promise<boolean> {
  return (await receiptOf(ports, run, statusKey(run))) !== undefined;
}

function statusKey(run: Run): string {
  return effectKey(run.id, 'comment', 'status');
}

/** Where somebody has deleted the comment, it is made anew. */
async function replace(forge: Forge, issue: string, id: string, body: string) {
  try {
    return await forge.editComment(issue, id, body);
  } catch (error) {
    if (!(error instanceof ForgeFailed) || error.status !== 404) throw error;
    return forge.comment(issue, body);
  }
}

/** A courtesy: where it is refused, the older ones stay as they are. */
async function foldOlder(
  ports: Ports,
  run: Run,
  forge: Forge,
  id: string,
  manner: Omit<EffectWork<object>, 'find' | 'act'>,
): Promise<void> {
  await performEffect(ports, run, effectKey(run.id, 'comment', 'fold'), 'comment', {
    ...manner,
    find: async () => undefined,
    act: async () => {
      try {
        await forge.foldComments(run.issue, statusMark, id);
        return { folded: true };
      } catch (error) {
        if (!(error instanceof ForgeFailed) || error instanceof ForgeUnavailable) throw error;
        return { folded: false, because: error.message.slice(0, 300) };
      }
    },
  });
}
