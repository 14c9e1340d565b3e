import { LambdaClient } from '@aws-sdk/client-lambda';
import { ScopeRefused } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { defaultLimits } from '../domain/stage.ts';
import type { GitHubAccess } from '../github/access.ts';
import { githubForge } from '../github/github-forge.ts';
import { endToken } from '../github/minter.ts';
import { gitHubSource } from '../github/source/github-source.ts';
import { callLimits } from './call-limits.ts';
import { type ClientPlace, composeStores, type Stored } from './compose-stores.ts';
import type { FunctionEnvironment } from './environment.ts';
import { remoteMinter } from './remote-minter.ts';
import { dynamoOutletStore } from './store/outlet-store.ts';
import { dynamoPinStore } from './store/pin-store.ts';

/** GitHub by the tokens that this function's minter gives: to look, or to write. */
export function composeAccess(
  environment: FunctionEnvironment,
  at: ClientPlace = {},
): GitHubAccess {
  const apiUrl = environment.given('githubApi') ?? 'https://api.github.com';
  const mint = remoteMinter({
    lambda: new LambdaClient({ ...callLimits(90_000), ...at }),
    functionName: environment.needed('mintFunction'),
    endToken: (token) => endToken(apiUrl, token),
  });
  return { apiUrl, mint };
}

/** All that the services of the lifecycle need; models are called by the gateway alone. */
export function composePorts(
  environment: FunctionEnvironment,
  access: GitHubAccess,
  stored = composeStores(environment),
): Ports {
  return {
    ...stored,
    source: gitHubSource(access, dynamoPinStore(stored.table)),
    forgeOf: (run) => githubForge(run.repository.name, access),
    provider: () => {
      throw new ScopeRefused('only the gateway calls models');
    },
    limitsOf: (role) => defaultLimits[role],
    exposure: environment.given('exposure') === 'public' ? 'public' : 'any',
    ...proxied(environment, stored),
  };
}

/** Stages must have the proxy's address where the tier has one. */
function proxied(environment: FunctionEnvironment, { table }: Stored): Pick<Ports, 'proxyAddress'> {
  if (environment.given('egressTier') !== 'proxied') return {};
  return { proxyAddress: async () => (await dynamoOutletStore(table).get())?.address };
}
