import type { Usage } from './budget.ts';

/** A turn's parts, in the shape all providers can be mapped to. */
export type Block = ReplyBlock | ToolResultBlock;
/** The parts that a model writes. */
export type ReplyBlock = TextBlock | ToolUseBlock | OpaqueBlock;
export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}
export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  /** Arguments as parsed JSON; `invalid` holds the raw text where it was no JSON object. */
  readonly input: Record<string, unknown>;
  readonly invalid?: string;
}
/**
 * What only the provider that made it can read, such as signed reasoning. It goes back unchanged and in
 * its place; a provider that does not know it leaves it out.
 */
interface OpaqueBlock {
  readonly type: 'opaque';
  readonly data: string;
  /** Place in the role's chain of the model that made it; unset where the role has one model. */
  readonly link?: number;
}
export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly toolUseId: string;
  readonly content: string;
  readonly isError: boolean;
}

/** One message of the conversation; tool results travel in a user message. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}

/** A tool offered to the model; `schema` is the JSON Schema of its input. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly schema: Record<string, unknown>;
}

/** The form that a reply must have; the text of the reply is then one JSON value. */
interface ResponseSchema {
  /** Letters, digits, `-` and `_`. */
  readonly name: string;
  /** JSON Schema. */
  readonly schema: Record<string, unknown>;
}

/** One model call. System, tools and earlier messages are a stable prefix, for prompt caching. */
export interface ModelRequest {
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  readonly messages: readonly Message[];
  /** Most tokens that the reply may have. */
  readonly maxTokens: number;
  /** Asked of servers that can hold a model to it; elsewhere the prompt alone must say it. */
  readonly responseSchema?: ResponseSchema;
  /** 0 to 2; left to the server where it is not given or not known there. */
  readonly temperature?: number;
}

/** Why the model stopped. */
export type StopReason = 'end' | 'tool' | 'length' | 'refusal';

/** The model's turn. */
export interface ModelReply {
  readonly content: readonly ReplyBlock[];
  readonly stop: StopReason;
  readonly usage: Usage;
  /** Set where the provider gave no usage, or not all of it: the numbers are then our own, from bytes. */
  readonly estimated?: true;
  /** The model's name as the provider gave it back. */
  readonly model: string;
}

/** Where a turn stands in its run; recorded turns are found by this, never by the request's content. */
export interface TurnAddress {
  readonly run: string;
  readonly role: string;
  readonly round: number;
  readonly attempt: number;
  /** From 1, within the attempt. */
  readonly turn: number;
}
