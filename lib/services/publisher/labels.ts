import type { Outcome } from '../../domain/outcome.ts';

const outcomes: readonly Outcome[] = [
  'merged',
  'handed-over',
  'question',
  'refused',
  'failed',
  'cancelled',
];

/** Stands in where the repository has no draft pull requests. */
export const draftLabel = 'entropy: draft';

/** On an issue while a run is at work on it. */
export const workingLabel = 'entropy: working';

/** The label that shows how a run ended. */
export function outcomeLabel(outcome: Outcome): string {
  return `entropy: ${outcome}`;
}

/** Every label that shows how a run ended. */
export const outcomeLabels: readonly string[] = outcomes.map(outcomeLabel);
