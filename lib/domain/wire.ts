import type { TurnAddress } from './model.ts';
import { chainOf } from './model-chain.ts';
import type { ModelChoice, RunSettings } from './run.ts';
import { type Wire, wires } from './wire-names.ts';

/** The protocols that a choice's provider speaks itself. Nothing is translated from one to another. */
export function wiresOf(choice: ModelChoice): readonly Wire[] {
  switch (choice.provider) {
    case 'anthropic':
    case 'bedrock':
      return ['messages'];
    case 'openai':
      return ['responses', 'chat-completions'];
    case 'openai-compatible':
      return choice.wires ?? ['chat-completions'];
    case 'replay':
      return choice.wires ?? wires;
  }
}

/** Those that every model of a chain speaks. */
export function wiresOfChain(choice: ModelChoice): readonly Wire[] {
  return wires.filter((wire) => chainOf(choice).every((link) => wiresOf(link).includes(wire)));
}

/** A call in a provider's own protocol. */
export interface WireCall {
  readonly wire: Wire;
  readonly choice: ModelChoice;
  readonly address: TurnAddress;
  /** Held to the rules already; its model is the choice's. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  /** What of the client's headers goes on. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The reply of a call that the provider took, in the provider's own bytes. */
export interface WireReply {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Hands a call on to a provider, with the operator's key. Throws `ModelFailed` after its own retries; once there is
 * a reply, its body may still break off.
 */
export type Relay = (call: WireCall) => Promise<WireReply>;

/** The relay of a choice, in a run with the operator's settings. Throws `ConfigInvalid`. */
export type RelayOf = (choice: ModelChoice, settings: RunSettings) => Relay;
