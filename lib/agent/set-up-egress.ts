import { existsSync } from 'node:fs';
import type { GatewayClient } from './gateway-client.ts';
import type { SetupPhase } from './verify/set-up.ts';

/** Where systems keep the certificates that the machine trusts. */
const trustStores = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * The way to package registries while set-up commands run. With egress `open` the machine's own network
 * is there, by its proxy where it has one; else the gateway's proxy is opened, and closed at the end.
 */
export function setupPhase(
  gateway: GatewayClient,
  egress: 'open' | 'gateway',
  proxy?: string,
): SetupPhase {
  const trust = trustEnvironment();
  if (egress === 'open') {
    const open = { ...trust, ...(proxy === undefined ? {} : proxyEnvironment(proxy)) };
    return { begin: async () => open, end: async () => undefined };
  }
  return {
    begin: async () => ({ ...trust, ...proxyEnvironment(await gateway.beginSetup()) }),
    end: gateway.endSetup,
  };
}

/** npm and pip bring lists of their own, which do not know the authority of a mirror in the operator's network. */
function trustEnvironment(): Record<string, string> {
  const store = trustStores.find(existsSync);
  return store === undefined ? {} : { NODE_EXTRA_CA_CERTS: store, PIP_CERT: store };
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
