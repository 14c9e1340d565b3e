import type { Config } from '../config.ts';
import { ConfigInvalid } from '../domain/errors.ts';
import type { ForgeOf } from '../domain/ports.ts';
import type { RepositoryRef } from '../domain/run.ts';
import { githubForge } from '../github/github-forge.ts';
import { type Mint, minter, tokenMinter } from '../github/minter.ts';
import { gitRemoteOf } from '../github/remote.ts';
import { readTriggerFacts } from '../github/trigger-facts.ts';
import type { ReadTriggerFacts } from '../services/intake.ts';
import type { Remote } from './source/pin.ts';

/** All that the embedded system asks of GitHub. */
export interface Github {
  readonly forgeOf: ForgeOf;
  readonly remoteOf: (repository: RepositoryRef) => Promise<Remote>;
  readonly readFacts: ReadTriggerFacts;
}

/** GitHub by the App's key, or by a plain token. Throws `ConfigInvalid` where neither is set. */
export function composeGithub(config: Config): Github {
  const access = { apiUrl: config.github.apiUrl, mint: mintOf(config) };
  return {
    forgeOf: (run) => githubForge(run.repository.name, access),
    remoteOf: (repository) => gitRemoteOf(access, repository.name),
    readFacts: (intent) => readTriggerFacts(access, intent),
  };
}

function mintOf({ github: { appId, apiUrl }, secrets: { appKey, githubToken } }: Config): Mint {
  if (appId !== undefined && appKey !== undefined) {
    return minter({ appId, privateKey: appKey, apiUrl });
  }
  if (githubToken !== undefined) return tokenMinter(githubToken);
  throw new ConfigInvalid(
    'no authority on GitHub: set ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE, or GITHUB_TOKEN_FILE',
  );
}
