import type { AppManifests } from './app-manifests.ts';
import type { Faults } from './faults.ts';
import type { Git } from './git/exec.ts';
import type { Limits } from './limits.ts';
import type { Account, Repository } from './model.ts';
import type { Observer } from './observer.ts';
import type { AppIdentity, Principal } from './principal.ts';
import type { Store } from './store.ts';
import type { Tokens } from './tokens.ts';
import type { TakeTurn } from './turns.ts';
import type { Webhooks } from './webhooks.ts';

interface Urls {
  /** `http://127.0.0.1:port` */
  readonly root: string;
  readonly api: string;
}

/** Everything the routes work on. */
export interface World {
  readonly app: AppIdentity;
  readonly store: Store;
  readonly tokens: Tokens;
  readonly manifests: AppManifests;
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly observer: Observer;
  readonly takeTurn: TakeTurn;
  readonly urls: Urls;
  /** The bare repository on disk. */
  readonly gitOf: (repository: Repository) => Git;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The present in GitHub's form, to the second. */
export function timestamp(world: Pick<World, 'now'>): string {
  return `${new Date(world.now()).toISOString().slice(0, 19)}Z`;
}

/** The account that a principal's deeds are recorded under. */
export function actorOf(world: World, principal: Principal): Account {
  if (principal.kind === 'user') return world.store.account(principal.login);
  if (principal.kind === 'installation') {
    return world.store.account(`${world.app.slug}[bot]`, 'Bot');
  }
  return { id: 0, login: 'ghost', type: 'User' };
}
