import { ConfigInvalid } from '../domain/errors.ts';
import type { Provider } from '../domain/ports.ts';
import type { ModelChoice } from '../domain/run.ts';
import type { Relay } from '../domain/wire.ts';
import { keySettings, type ServerKeys } from './keys.ts';
import { hastened, hostedLimits, localLimits, type ProviderLimits } from './limits.ts';
import { replayProvider, type Turns } from './replay.ts';
import { replayRelay, type WireTurns } from './wire-replay.ts';

/** Loads what calls of the provider need before the first of them comes. */
export async function loadProvider({ provider }: ModelChoice): Promise<void> {
  // Node loads its HTTP client where one of its names is asked for.
  void globalThis.Headers;
  if (provider === 'anthropic') await import('./anthropic.ts');
  if (provider === 'bedrock') await import('./bedrock.ts');
  if (provider === 'openai') await import('./openai.ts');
  if (provider === 'openai-compatible') await import('./openai-compatible.ts');
}

/**
 * The provider of a choice. Throws `ConfigInvalid`, naming the setting that is missing. An SDK is loaded at
 * the first call: most commands ask no model, and need not wait for it.
 */
export function providerOf(choice: ModelChoice, keys: ServerKeys, turns?: Turns): Provider {
  const key = keyOf(choice, keys);
  switch (choice.provider) {
    case 'anthropic':
      return async (call) => {
        const { anthropicProvider } = await import('./anthropic.ts');
        return anthropicProvider(key, limitsOf(call.choice))(call);
      };
    case 'bedrock':
      return async (call) => {
        const { awsAccess, bedrockProvider } = await import('./bedrock.ts');
        return bedrockProvider(await awsAccess(), limitsOf(call.choice))(call);
      };
    case 'openai':
      return async (call) => {
        const { openaiProvider } = await import('./openai.ts');
        return openaiProvider(key, limitsOf(call.choice))(call);
      };
    case 'openai-compatible':
      return async (call) => {
        const { openaiCompatibleProvider } = await import('./openai-compatible.ts');
        return openaiCompatibleProvider(key || undefined, limitsOf(call.choice))(call);
      };
    case 'replay':
      if (turns === undefined) {
        throw new ConfigInvalid('the replay provider needs a recorded run or script to replay');
      }
      return replayProvider(turns);
  }
}

/** The relay of a choice, for clients that speak a provider's protocol themselves. Throws as `providerOf`. */
export function relayOf(choice: ModelChoice, keys: ServerKeys, turns?: WireTurns): Relay {
  const key = keyOf(choice, keys);
  switch (choice.provider) {
    case 'anthropic':
      return async (call) => {
        const { anthropicRelay } = await import('./anthropic.ts');
        return anthropicRelay(key, limitsOf(call.choice))(call);
      };
    case 'bedrock':
      return async (call) => {
        const { awsAccess, bedrockRelay } = await import('./bedrock.ts');
        return bedrockRelay(await awsAccess(), limitsOf(call.choice))(call);
      };
    case 'openai':
      return async (call) => {
        const { openaiRelay } = await import('./openai.ts');
        return openaiRelay(key, limitsOf(call.choice))(call);
      };
    case 'openai-compatible':
      return async (call) => {
        const { compatibleRelay } = await import('./compatible-relay.ts');
        return compatibleRelay(key || undefined, limitsOf(call.choice))(call);
      };
    case 'replay':
      return replayRelay(turns);
  }
}

/** A server that others can stand in for is given up sooner. */
function limitsOf({ provider, fallbacks = [] }: ModelChoice): ProviderLimits {
  const limits = provider === 'openai-compatible' ? localLimits : hostedLimits;
  return fallbacks.length === 0 ? limits : hastened(limits);
}

/** The key that a choice is served by; empty where it needs none. Throws `ConfigInvalid`. */
function keyOf({ provider, baseUrl }: ModelChoice, keys: ServerKeys): string {
  if (provider === 'bedrock' || provider === 'replay') return '';
  const { [provider]: key = '' } = keys;
  if (provider === 'openai-compatible') {
    if (baseUrl !== undefined) return key;
    throw new ConfigInvalid('openai-compatible needs the address of a server: set --base-url');
  }
  if (key !== '') return key;
  throw new ConfigInvalid(`the ${provider} provider needs a key: set ${keySettings[provider]}`);
}
