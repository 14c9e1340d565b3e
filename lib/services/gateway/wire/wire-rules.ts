import type { Usage } from '../../../domain/budget.ts';
import type { Wire } from '../../../domain/wire-names.ts';
import type { Members } from './members.ts';
import type { WireError } from './wire-error.ts';

/** A request that was held to the rules. */
export interface Checked {
  /** As it may go to the provider. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly maxTokens: number;
  /** The model that the client named. */
  readonly askedFor: string;
  /** Members that were left out. */
  readonly dropped: readonly string[];
  /** The model may think unseen: what comes is then not all that it makes. */
  readonly hidden: boolean;
}

/** A text that a stream brings in pieces: `holder[key]` is one of them. */
export interface Piece {
  /** Pieces of the same channel make one text. */
  readonly channel: string;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** What is known of a reply, as far as it came. */
export interface Tally {
  /** As the provider counted; undefined while it has not. */
  usage?: Usage;
  model: string;
  /** Why the model stopped, in the protocol's words. */
  stop: string;
  /** The reply ended as its protocol ends one. */
  complete: boolean;
  /** What the provider said where it broke off by an error of its own. */
  failed?: string;
}

/** All that differs from one protocol to another. */
export interface WireRules {
  readonly wire: Wire;
  /** Headers of a client that go on, as they may. */
  headers(given: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>>;
  /** Holds a request to the rules, its model set. Throws `RequestInvalid`. */
  check(request: Members, model: string): Checked;
  /** A checked body without what only the model that made it can read: another one is asked. */
  unsigned(body: Members): Members;
  /** Adds an event of a stream to what is known. */
  tally(known: Tally, event: Members): void;
  /** Adds a whole reply to what is known. */
  tallyWhole(known: Tally, reply: Members): void;
  pieces(event: Members): readonly Piece[];
  errorBody(error: WireError): unknown;
  /** An error inside a stream, which ends by it. */
  errorEvent(error: WireError): string;
}
