import type { Config } from '../config.ts';
import { ConfigInvalid } from '../domain/errors.ts';
import type { Mint } from '../domain/mint.ts';
import type { ForgeOf } from '../domain/ports.ts';
import type { RepositoryRef, Run } from '../domain/run.ts';
import { countedAs, startAllowance } from '../github/allowance.ts';
import { checkCaller } from '../github/caller.ts';
import { githubForge } from '../github/github-forge.ts';
import { installedRepositories } from '../github/installed-repositories.ts';
import type { IssueReference } from '../github/issue-reference.ts';
import { type AppOptions, minter, tokenMinter } from '../github/minter.ts';
import { readNewComments } from '../github/new-comments.ts';
import { gitRemoteOf } from '../github/remote.ts';
import { readTriggerFacts } from '../github/trigger-facts.ts';
import { readWaitingIssues } from '../github/waiting-issues.ts';
import type { ReadTriggerFacts } from '../services/intake/intake-options.ts';
import type { ReconcileOptions } from '../services/intake/reconcile.ts';
import type { Remote } from './source/pin.ts';

/** All that the embedded system asks of GitHub. */
export interface Github {
  readonly forgeOf: ForgeOf;
  readonly remoteOf: (repository: RepositoryRef) => Promise<Remote>;
  /** Until when a run that is queued should not begin, in milliseconds since the epoch; undefined: it may. */
  readonly heldUntil: (run: Run) => number | undefined;
  /** Whether calls are left for telling its issue that it waits: false where the rest is for the runs at work. */
  readonly mayTell: (run: Run) => boolean;
  readonly readFacts: ReadTriggerFacts;
  readonly waitingIssues: ReconcileOptions['waitingIssues'];
  readonly newComments: ReconcileOptions['newComments'];
  /** Repositories that the App is installed on; undefined where a plain token acts. */
  readonly installedRepositories?: ReconcileOptions['repositories'];
  /** Who asks for a run from here, by the authority at hand; see `checkCaller`. */
  readonly checkCaller: (issue: IssueReference) => Promise<string | undefined>;
}

/** GitHub by the App's key, or by a plain token. Throws `ConfigInvalid` where neither is set. */
export function composeGithub(config: Config): Github {
  const app = appOf(config);
  const allowance = startAllowance(Date.now);
  const access = { apiUrl: config.github.apiUrl, mint: mintOf(config, app), allowance };
  const spentUntil = ({ repository: { forge, name } }: Run, runs: number) => {
    if (forge !== 'github') return undefined;
    return allowance.spentUntil(countedAs(name.split('/')[0] ?? '', app !== undefined), runs);
  };
  return {
    forgeOf: (run) => githubForge(run.repository.name, access),
    remoteOf: (repository) => gitRemoteOf(access, repository.name),
    // One run's calls more are for telling the issues that their runs wait.
    heldUntil: (run) => spentUntil(run, config.capacity + 1),
    mayTell: (run) => spentUntil(run, config.capacity) === undefined,
    checkCaller: (issue) => checkCaller(access, issue),
    readFacts: (intent) => readTriggerFacts(access, intent),
    waitingIssues: (repository, cursor) => readWaitingIssues(access, repository, cursor),
    newComments: (repository, cursor) => readNewComments(access, repository, cursor),
    ...(app === undefined ? {} : { installedRepositories: () => installedRepositories(app) }),
  };
}

function appOf({ github: { appId, apiUrl }, secrets: { appKey } }: Config): AppOptions | undefined {
  if (appId === undefined || appKey === undefined) return undefined;
  return { appId, privateKey: appKey, apiUrl };
}

function mintOf({ secrets: { githubToken } }: Config, app: AppOptions | undefined): Mint {
  if (app !== undefined) return minter(app);
  if (githubToken !== undefined) return tokenMinter(githubToken);
  throw new ConfigInvalid(
    'no authority on GitHub: set ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE, or GITHUB_TOKEN_FILE',
  );
}
