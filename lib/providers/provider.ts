import { ConfigInvalid } from '../domain/errors.ts';
import type { Provider } from '../domain/ports.ts';
import type { ModelChoice } from '../domain/run.ts';
import { anthropicProvider } from './anthropic.ts';
import { openaiCompatibleProvider } from './openai-compatible.ts';
import { replayProvider, type Turns } from './replay.ts';

/** The operator's keys. They stay in this process and enter no error, log or ledger. */
export interface ProviderSecrets {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
}

/** The provider of a choice. Throws `ConfigInvalid`, naming the setting that is missing. */
export function providerOf(choice: ModelChoice, secrets: ProviderSecrets, turns?: Turns): Provider {
  switch (choice.provider) {
    case 'anthropic':
      if (!secrets.anthropicKey) {
        throw new ConfigInvalid('the anthropic provider needs a key: set ANTHROPIC_API_KEY');
      }
      return anthropicProvider(secrets.anthropicKey);
    case 'openai-compatible':
      if (choice.baseUrl === undefined) {
        throw new ConfigInvalid('openai-compatible needs the address of a server: set --base-url');
      }
      return openaiCompatibleProvider(secrets.openaiKey || undefined);
    case 'replay':
      if (turns === undefined) {
        throw new ConfigInvalid('the replay provider needs a recorded run or script to replay');
      }
      return replayProvider(turns);
  }
}
