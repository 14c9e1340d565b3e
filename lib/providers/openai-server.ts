import OpenAI from 'openai';
import { ConfigInvalid } from '../domain/errors.ts';
import type { ModelChoice } from '../domain/run.ts';
import type { Account } from './failure.ts';
import { keySettings } from './keys.ts';
import type { ProviderLimits } from './limits.ts';
import { openaiUrl } from './server-urls.ts';
import { watchedFetch } from './watched-fetch.ts';

/** A server that speaks OpenAI's protocols, and how its errors are told. */
export interface OpenAIServer {
  readonly client: OpenAI;
  readonly account: Account;
  readonly baseURL: string;
}

/**
 * OpenAI's own, or the server at the choice's `baseUrl`. One without a key gets a placeholder, since the SDK insists on one. Throws
 * `ConfigInvalid` where there is no address.
 */
export function openaiServer(
  apiKey: string | undefined,
  { provider, baseUrl = provider === 'openai' ? openaiUrl : undefined }: ModelChoice,
  limits: ProviderLimits,
): OpenAIServer {
  if (baseUrl === undefined) {
    throw new ConfigInvalid('openai-compatible needs the address of a server: set --base-url');
  }
  return {
    baseURL: baseUrl,
    client: new OpenAI({
      apiKey: apiKey ?? 'none',
      organization: null,
      project: null,
      baseURL: baseUrl,
      maxRetries: limits.retries,
      timeout: limits.answerMs,
      fetch: watchedFetch(limits),
      logLevel: 'off',
    }),
    account: {
      provider: baseUrl === openaiUrl ? 'OpenAI' : `the model server at ${new URL(baseUrl).origin}`,
      keySetting: provider === 'openai' ? keySettings.openai : compatibleSetting(apiKey),
      secrets: apiKey === undefined ? [] : [apiKey],
    },
  };
}

/** Without a key of its own it may have been given OpenAI's, which is not known here. */
function compatibleSetting(apiKey: string | undefined): string {
  const own = keySettings['openai-compatible'];
  return apiKey === undefined ? own : `${keySettings.openai} or ${own}`;
}
