import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed } from '../../domain/errors.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { outcomeLabels, workingLabel } from './labels.ts';
import { performEffect } from './perform-effect.ts';
import { tellStep } from './status-comment.ts';
import { code } from './tame-text.ts';

const phases: Record<RoleName, string> = {
  'issue-reader': 'reading',
  coder: 'coding',
  verifier: 'verifying',
  reviewer: 'reviewing',
};

/**
 * The first sign that a run has begun: its comment on the issue, and a label. Nobody looks at a local
 * repository's files while it goes on, so there is none. Throws `FenceStale`, `Cancelled`, `ForgeFailed`.
 */
export async function tellBegun(ports: Ports, run: Run): Promise<void> {
  if (run.repository.forge !== 'github') return;
  await tellStep(ports, run, { step: 'begun', text: progressText(run, 'preparing', 1) });
  await performEffect(ports, run, effectKey(run.id, 'label', 'working'), 'label', {
    find: async () => undefined,
    act: async () => {
      await ports.forgeOf(run).label(run.issue, [workingLabel], outcomeLabels);
      return { label: workingLabel };
    },
  });
}

/**
 * Says on the issue which stage the run has come to. A courtesy: where GitHub does not take it, the run
 * goes on. Throws `FenceStale` and `Cancelled`.
 */
export async function tellStage(
  ports: Ports,
  run: Run,
  { role, round }: { readonly role: RoleName; readonly round: number },
): Promise<void> {
  if (run.repository.forge !== 'github') return;
  const text = progressText(run, phases[role], round);
  try {
    await tellStep(ports, run, { step: `${role}-${round}`, text });
  } catch (error) {
    if (!(error instanceof ForgeFailed)) throw error;
  }
}

function progressText(run: Run, present: string, round: number): string {
  const all = ['preparing', ...Object.values(phases)];
  const line = all.map((phase) => (phase === present ? `**${phase}**` : phase)).join(' → ');
  return [
    `At work on this issue: ${line}${round > 1 ? `, round ${round}` : ''}`,
    `To stop it: comment \`/entropy stop\` here, or \`entropy cancel ${run.id}\` where it runs.`,
    `<sub>Run ${code(run.id)}, asked for by ${code(run.trigger.by)}</sub>`,
  ].join('\n\n');
}
