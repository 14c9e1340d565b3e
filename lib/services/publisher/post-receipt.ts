import { effectKey } from '../../domain/effect.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { markerOf, performEffect } from './perform-effect.ts';
import { type Ending, receiptText } from './receipt-text.ts';

const outcomes: readonly Outcome[] = [
  'merged',
  'handed-over',
  'question',
  'refused',
  'failed',
  'cancelled',
];

/** The label that shows how a run ended. */
function outcomeLabel(outcome: Outcome): string {
  return `entropy: ${outcome}`;
}

/**
 * Says on the issue how the run ended: one comment, and one label in the place of an earlier run's. Safe to
 * repeat; done also for a run that was asked to stop. Throws `FenceStale` where another run has taken over,
 * and `ForgeFailed`.
 */
export async function postReceipt(ports: Ports, run: Run, ending: Ending): Promise<void> {
  const forge = ports.forgeOf(run);
  const { tokens, turns, dollars } = await ports.budgets.spent(run.id);
  const key = effectKey(run.id, 'comment', 'receipt');
  const marker = markerOf(key);
  const evenIfCancelled = true;
  await performEffect(ports, run, key, 'comment', {
    evenIfCancelled,
    find: () => forge.findComment(run.issue, marker),
    act: () =>
      forge.comment(
        run.issue,
        `${receiptText(run, ending, { tokens, turns, dollars })}\n\n${marker}`,
      ),
  });
  const label = outcomeLabel(ending.outcome);
  await performEffect(ports, run, effectKey(run.id, 'label', 'outcome'), 'label', {
    evenIfCancelled,
    find: async () => undefined,
    act: async () => {
      const others = outcomes.map(outcomeLabel).filter((other) => other !== label);
      await forge.label(run.issue, [label], others);
      return { label };
    },
  });
}
