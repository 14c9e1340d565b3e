import Anthropic from '@anthropic-ai/sdk';
import type { ModelChoice } from '../domain/run.ts';
import type { Account } from './failure.ts';
import { keySettings } from './keys.ts';
import type { ProviderLimits } from './limits.ts';
import { anthropicUrl } from './server-urls.ts';
import { watchedFetch } from './watched-fetch.ts';

/** A server that speaks Messages, and how its errors are told. */
interface MessagesServer {
  readonly client: Anthropic;
  readonly account: Account;
}
/** The server that a choice is served by. */
export type MessagesServerOf = (choice: ModelChoice) => MessagesServer;

/** Anthropic's own, or a server that speaks the same at the choice's `baseUrl`. */
export function anthropicServer(apiKey: string, limits: ProviderLimits): MessagesServerOf {
  return ({ baseUrl }) => {
    const baseURL = baseUrl ?? anthropicUrl;
    return {
      client: messagesClient(apiKey, baseURL, limits, watchedFetch(limits)),
      account: {
        provider:
          baseUrl === undefined ? 'Anthropic' : `the model server at ${new URL(baseURL).origin}`,
        keySetting: keySettings.anthropic,
        secrets: [apiKey],
      },
    };
  };
}

/** A client that takes nothing from its surroundings. */
export function messagesClient(
  apiKey: string,
  baseURL: string,
  limits: ProviderLimits,
  fetch: typeof globalThis.fetch,
): Anthropic {
  return new Anthropic({
    apiKey,
    authToken: null,
    baseURL,
    maxRetries: limits.retries,
    timeout: limits.answerMs,
    fetch,
    logLevel: 'off',
  });
}
