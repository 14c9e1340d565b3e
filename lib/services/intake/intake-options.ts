import type { Delivery } from '../../domain/ports.ts';
import type { RunSettings } from '../../domain/run.ts';
import type { TriggerFacts, TriggerIntent } from '../../domain/trigger.ts';
import type { CommandReply } from '../publisher/command-reply.ts';

/** Where the facts about an intent are read. Throws `ForgeFailed`, `ForgeUnavailable`. */
export type ReadTriggerFacts = (intent: TriggerIntent) => Promise<TriggerFacts>;

/** What turns intents into runs. */
export interface TriggerOptions {
  readonly readFacts: ReadTriggerFacts;
  /** How runs are done that are started here. */
  readonly settings: RunSettings;
}

/** A delivery that nothing will come of, though GitHub did not say so. */
export interface GivenUp extends Pick<Delivery, 'id' | 'event' | 'intent' | 'receivedAt'> {
  /** What became of it, in a sentence. */
  readonly note: string;
}

/** The same, where people may be answered. */
export interface IntakeOptions extends TriggerOptions {
  /**
   * Has the publisher say that a command came to nothing. Throws `ForgeFailed`, `ForgeUnavailable`. Only for commands
   * of people who may give them.
   */
  readonly reply: (reply: CommandReply) => Promise<void>;
  /**
   * Keeps what was given up where whoever operates this sees it, and tells whether that was done: if not, the delivery
   * waits. May be told of the same again. Never throws.
   */
  readonly giveUp: (given: GivenUp) => Promise<boolean>;
}
