import type { Run, WaitReason } from '../../domain/run.ts';
import { code } from './tame-text.ts';

/** What the issue of a queued run says: that it waits, for what, and that nothing need be done. */
export function waitText(run: Run, reason: WaitReason, capacity: number): string {
  return [
    `Queued: ${reasonText(reason, capacity)} It begins by itself then; nothing need be done.`,
    `To take it back: comment \`/entropy stop\` here, or \`entropy cancel ${run.id}\` where it runs.`,
    `<sub>Run ${code(run.id)}, asked for by ${code(run.trigger.by)}</sub>`,
  ].join('\n\n');
}

function reasonText(reason: WaitReason, capacity: number): string {
  switch (reason) {
    case 'slot':
      return `the run waits until one of those at work has ended (${capacity} at a time).`;
    case 'pause':
      return 'the run waits until whoever operates this ends the pause of all work.';
    case 'run':
      return 'the run waits for the end of the one before it on this issue.';
    case 'allowance':
      return "the run waits until GitHub counts its calls anew, within the hour: few of this hour's are left.";
  }
}
