import { ConfigInvalid } from '../domain/errors.ts';
import type { Provider } from '../domain/ports.ts';
import type { ModelChoice } from '../domain/run.ts';
import type { Relay } from '../domain/wire.ts';
import { replayProvider, type Turns } from './replay.ts';

/** The operator's keys. They stay in this process and enter no error, log or ledger. */
export interface ProviderSecrets {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
}

/** Loads what calls of the provider need before the first of them comes. */
export async function loadProvider({ provider }: ModelChoice): Promise<void> {
  // Node loads its HTTP client where one of its names is asked for.
  void globalThis.Headers;
  if (provider === 'anthropic') await import('./anthropic.ts');
  if (provider === 'openai-compatible') await import('./openai-compatible.ts');
}

/**
 * The provider of a choice. Throws `ConfigInvalid`, naming the setting that is missing. An SDK is loaded at
 * the first call: most commands ask no model, and need not wait for it.
 */
export function providerOf(choice: ModelChoice, secrets: ProviderSecrets, turns?: Turns): Provider {
  const { anthropicKey, openaiKey } = secrets;
  switch (choice.provider) {
    case 'anthropic':
      if (!anthropicKey) {
        throw new ConfigInvalid('the anthropic provider needs a key: set ANTHROPIC_API_KEY');
      }
      return async (call) => {
        const { anthropicProvider } = await import('./anthropic.ts');
        return anthropicProvider(anthropicKey)(call);
      };
    case 'openai-compatible':
      if (choice.baseUrl === undefined) {
        throw new ConfigInvalid('openai-compatible needs the address of a server: set --base-url');
      }
      return async (call) => {
        const { openaiCompatibleProvider } = await import('./openai-compatible.ts');
        return openaiCompatibleProvider(openaiKey || undefined)(call);
      };
    case 'replay':
      if (turns === undefined) {
        throw new ConfigInvalid('the replay provider needs a recorded run or script to replay');
      }
      return replayProvider(turns);
  }
}

/**
 * The relay of a choice, for clients that speak its protocol themselves. Throws `ConfigInvalid` as `providerOf`.
 */
export function relayOf(choice: ModelChoice, secrets: ProviderSecrets, turns?: Turns): Relay {
  // Held to the same settings.
  providerOf(choice, secrets, turns);
  const { anthropicKey = '' } = secrets;
  switch (choice.provider) {
    case 'anthropic':
      return async (call) => {
        const { anthropicRelay } = await import('./anthropic.ts');
        return anthropicRelay(anthropicKey)(call);
      };
    case 'openai-compatible':
    case 'replay':
      throw new ConfigInvalid(`${choice.provider} relays nothing`);
  }
}
