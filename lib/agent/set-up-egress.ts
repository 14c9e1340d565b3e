import type { GatewayClient } from './gateway-client.ts';
import type { SetupPhase } from './verify/set-up.ts';

/**
 * The way to package registries while set-up commands run. With egress `open` the machine's own network
 * is there and nothing is to be done; else the gateway's proxy is opened, and closed at the end.
 */
export function setupPhase(gateway: GatewayClient, egress: 'open' | 'gateway'): SetupPhase {
  if (egress === 'open') return { begin: async () => ({}), end: async () => undefined };
  return {
    begin: async () => proxyEnvironment(await gateway.beginSetup()),
    end: gateway.endSetup,
  };
}

/** Both spellings: programs differ in which they read. */
function proxyEnvironment(proxy: string): Record<string, string> {
  const local = 'localhost,127.0.0.1';
  return {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: local,
    no_proxy: local,
  };
}
