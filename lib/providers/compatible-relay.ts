import { ConfigInvalid } from '../domain/errors.ts';
import type { Relay } from '../domain/wire.ts';
import { messagesClient } from './anthropic-server.ts';
import { localLimits, type ProviderLimits } from './limits.ts';
import { openaiServer } from './openai-server.ts';
import { relayed } from './relay.ts';
import { watchedFetch } from './watched-fetch.ts';

/** The protocols of any model server, at the base URL that its Chat Completions have. */
export function compatibleRelay(
  apiKey: string | undefined,
  limits: ProviderLimits = localLimits,
): Relay {
  return async (call) => {
    const server = openaiServer(apiKey, call.choice, limits);
    if (call.wire !== 'messages') return relayed(server, call, limits);
    const { baseUrl } = call.choice;
    if (baseUrl === undefined) throw new ConfigInvalid('openai-compatible needs --base-url');
    // Clients of Messages add the `/v1` themselves.
    const base = baseUrl.replace(/\/v1\/?$/, '');
    const client = messagesClient(apiKey ?? 'none', base, limits, watchedFetch(limits));
    return relayed({ client, account: server.account }, call, limits);
  };
}
