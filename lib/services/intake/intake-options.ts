import type { RunSettings } from '../../domain/run.ts';
import type { TriggerFacts, TriggerIntent } from '../../domain/trigger.ts';

/** Where the facts about an intent are read. Throws `ForgeFailed`, `ForgeUnavailable`. */
export type ReadTriggerFacts = (intent: TriggerIntent) => Promise<TriggerFacts>;

/** What turns intents into runs. */
export interface IntakeOptions {
  readonly readFacts: ReadTriggerFacts;
  /** How runs are done that are started here. */
  readonly settings: RunSettings;
}
