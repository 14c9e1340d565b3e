import type { RunSettings } from '../../domain/run.ts';
import type { TriggerFacts, TriggerIntent } from '../../domain/trigger.ts';
import type { CommandReply } from '../publisher/answer-command.ts';

/** Where the facts about an intent are read. Throws `ForgeFailed`, `ForgeUnavailable`. */
export type ReadTriggerFacts = (intent: TriggerIntent) => Promise<TriggerFacts>;

/** What turns intents into runs. */
export interface TriggerOptions {
  readonly readFacts: ReadTriggerFacts;
  /** How runs are done that are started here. */
  readonly settings: RunSettings;
}

/** The same, where people may be answered. */
export interface IntakeOptions extends TriggerOptions {
  /**
   * Has the publisher say that a command came to nothing. Throws `ForgeFailed`, `ForgeUnavailable`. Only for commands
   * of people who may give them.
   */
  readonly reply: (reply: CommandReply) => Promise<void>;
}
