import { effectKey } from '../../domain/effect.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { outcomeLabel, outcomeLabels, workingLabel } from './labels.ts';
import { performEffect } from './perform-effect.ts';
import { type Ending, receiptText } from './receipt-text.ts';
import { tellStep } from './status-comment.ts';

/**
 * Says on the issue how the run ended: in its one comment, and by one label in the place of all others of
 * ours. Safe to repeat; done also for a run that was asked to stop. Throws `FenceStale` where another run has
 * taken over, and `ForgeFailed`.
 */
export async function postReceipt(ports: Ports, run: Run, ending: Ending): Promise<void> {
  const { tokens, turns, dollars } = await ports.budgets.spent(run.id);
  const evenIfCancelled = true;
  const text = receiptText(run, ending, { tokens, turns, dollars });
  await tellStep(ports, run, { step: 'receipt', text, evenIfCancelled });
  const label = outcomeLabel(ending.outcome);
  await performEffect(ports, run, effectKey(run.id, 'label', 'outcome'), 'label', {
    evenIfCancelled,
    find: async () => undefined,
    act: async () => {
      const others = [workingLabel, ...outcomeLabels].filter((other) => other !== label);
      await ports.forgeOf(run).label(run.issue, [label], others);
      return { label };
    },
  });
}
