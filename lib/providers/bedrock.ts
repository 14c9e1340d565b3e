import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
} from '@smithy/core/config';
import { ConfigInvalid } from '../domain/errors.ts';
import type { Provider } from '../domain/ports.ts';
import type { Relay } from '../domain/wire.ts';
import { messagesProvider } from './anthropic.ts';
import { type MessagesServerOf, messagesClient } from './anthropic-server.ts';
import { type BedrockAccess, bedrockFetch } from './bedrock-fetch.ts';
import { hostedLimits, type ProviderLimits } from './limits.ts';
import { relayed } from './relay.ts';
import { watchedFetch } from './watched-fetch.ts';

/** Claude on Amazon Bedrock, by a role of AWS. */
export function bedrockProvider(
  access: BedrockAccess,
  limits: ProviderLimits = hostedLimits,
): Provider {
  return messagesProvider(serverOf(access, limits), limits);
}

/** The same as Messages, for those who speak it themselves. */
export function bedrockRelay(access: BedrockAccess, limits: ProviderLimits = hostedLimits): Relay {
  const server = serverOf(access, limits);
  return async (call) => relayed(server(call.choice), call, limits);
}

function serverOf(access: BedrockAccess, limits: ProviderLimits): MessagesServerOf {
  return ({ baseUrl }) => {
    const url = baseUrl ?? `https://bedrock-runtime.${access.region}.amazonaws.com`;
    return {
      // The key is the signature.
      client: messagesClient('none', url, limits, bedrockFetch(access, watchedFetch(limits))),
      account: {
        provider: `Amazon Bedrock in ${access.region}`,
        keySetting: "the AWS role's right to bedrock:InvokeModel* on this model",
        secrets: [],
      },
    };
  };
}

/** Where the SDKs of AWS look for a region and a role: environment, shared files, container, instance. */
export async function awsAccess(): Promise<BedrockAccess> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const region = await loadConfig(
    NODE_REGION_CONFIG_OPTIONS,
    NODE_REGION_CONFIG_FILE_OPTIONS,
  )().catch(() => {
    throw new ConfigInvalid('bedrock needs a region: set AWS_REGION');
  });
  return { region, credentials: defaultProvider() };
}
