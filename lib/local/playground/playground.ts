import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createManifests } from './app-manifests.ts';
import { createControls, type PlaygroundControls } from './controls.ts';
import { ApiError, notFound } from './errors.ts';
import { createFaults } from './faults.ts';
import { gitEnvironment, openGit } from './git/exec.ts';
import { createLimits } from './limits.ts';
import { noObserver, type Observer } from './observer.ts';
import type { AppIdentity } from './principal.ts';
import { createDispatch } from './router.ts';
import { apiBase, createPlaygroundServer, type ServerParts } from './server.ts';
import { openStore } from './store.ts';
import { createTokens } from './tokens.ts';
import { createTurns } from './turns.ts';
import { createWebhooks } from './webhooks.ts';
import type { World } from './world.ts';

/** Holds the URL and the control token of a running playground, readable to its user alone. */
export const controlFileName = 'control.json';

export interface PlaygroundOptions {
  /** Repositories, the state's snapshot and the control file go here. */
  readonly dataDir: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Public key of the App, PEM: its tokens are checked against it. Without it no App gets in. */
  readonly appPublicKey?: string;
  readonly app?: Partial<AppIdentity>;
  /** How long a webhook's delivery may take, in milliseconds; as long as GitHub waits, 10 s, where not given. */
  readonly deliveryMs?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
  /** Is told each answer and each event: what they look like can be held against GitHub's. */
  readonly observer?: Observer;
}

/** Where a playground is reached. */
export interface PlaygroundAddress {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly app: AppIdentity;
  /** Clone URL of `owner/name`. */
  gitUrl(repository: string): string;
}

/** A git-backed GitHub on loopback. */
export interface Playground extends PlaygroundAddress, PlaygroundControls {
  close(): Promise<void>;
}

/** Starts a playground; one that was stopped goes on from its data folder (tokens and hooks do not). */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const now = options.now ?? Date.now;
  const dataDir = resolve(options.dataDir);
  const app = { id: 1001, slug: 'entropy', owner: 'entropy-app', ...options.app };
  const environment = gitEnvironment();
  const repositoriesDir = join(dataDir, 'repositories');
  const store = openStore(dataDir);
  let parts: ServerParts | undefined;
  const server = createPlaygroundServer(() => parts as ServerParts);
  server.http.listen(options.port ?? 0, '127.0.0.1');
  await once(server.http, 'listening');
  const address = addressOf((server.http.address() as AddressInfo).port, app);
  const world: World = {
    app,
    store,
    tokens: createTokens(app, options.appPublicKey, now),
    manifests: createManifests(now),
    webhooks: createWebhooks(app.id, now, options.deliveryMs),
    faults: createFaults(),
    limits: createLimits(now),
    observer: options.observer ?? noObserver,
    takeTurn: createTurns(),
    urls: { root: address.url, api: address.apiUrl },
    gitOf: ({ owner, name }) => openGit(join(repositoriesDir, owner, `${name}.git`), environment),
    now,
  };
  const dispatch = createDispatch(world);
  const controls = createControls(world, dispatch);
  const token = randomBytes(32).toString('base64url');
  const control = controlEndpoint(controls, token);
  const log = options.log ?? (() => undefined);
  parts = { world, dispatch, repositoriesDir, environment, log, control };
  const file = { url: address.url, app, token };
  writeFileSync(join(dataDir, controlFileName), JSON.stringify(file), { mode: 0o600 });
  return {
    ...address,
    ...controls,
    async close() {
      const closed = once(server.http, 'close');
      server.http.close();
      server.http.closeAllConnections();
      await world.webhooks.close();
      await closed;
      await server.settled();
      store.close();
    },
  };
}

/** Addresses that follow from the port. */
export function addressOf(port: number, app: AppIdentity): PlaygroundAddress {
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    apiUrl: `${url}${apiBase}`,
    graphqlUrl: `${url}/api/graphql`,
    app,
    gitUrl: (repository) => `${url}/${repository}.git`,
  };
}

/** Calls a control by name with a list of arguments, for whoever holds the control token. */
function controlEndpoint(controls: PlaygroundControls, token: string): ServerParts['control'] {
  const wanted = Buffer.from(token);
  return async (name, args, given) => {
    const bytes = Buffer.from(given ?? '');
    if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) {
      throw new ApiError(401, 'Bad credentials');
    }
    if (!Object.hasOwn(controls, name) || !Array.isArray(args)) throw notFound();
    const call = controls[name as keyof PlaygroundControls] as (...all: unknown[]) => unknown;
    try {
      return await call(...args);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(422, (error as Error).message);
    }
  };
}
