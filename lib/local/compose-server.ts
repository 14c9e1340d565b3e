import type { Config } from '../config.ts';
import type { RunSettings } from '../domain/run.ts';
import type { Turns } from '../providers/replay.ts';
import { drainInbox } from '../services/intake.ts';
import { composeEmbedded, type Embedded } from './compose.ts';
import { composeGithub } from './compose-github.ts';
import { startWebhookServer } from './server/webhook-server.ts';
import { startWorker } from './server/worker.ts';

/** What a server is given beside its configuration. */
export interface ServerOptions {
  /** How runs are done that webhooks start. */
  readonly settings: RunSettings;
  readonly registries?: readonly string[];
  readonly turns?: Turns;
  readonly log: (line: string) => void;
}

/** A running server: entry, worker and all that a run needs. */
export interface Server {
  readonly url: string;
  readonly embedded: Embedded;
  close(): Promise<void>;
}

/** Starts entry and worker; unfinished runs in the data folder are gone on with at once. */
export async function composeServer(config: Config, options: ServerOptions): Promise<Server> {
  const { forgeOf, remoteOf, readFacts } = composeGithub(config);
  const { log, settings } = options;
  const embedded = await composeEmbedded(config, {
    log,
    github: { forgeOf, remoteOf },
    ...(options.registries === undefined ? {} : { registries: options.registries }),
    ...(options.turns === undefined ? {} : { turns: options.turns }),
  });
  const { ports, runner } = embedded;
  const worker = startWorker({
    ...runner,
    capacity: config.capacity,
    drain: () => drainInbox(ports, { readFacts, settings }),
  });
  const entry = await startWebhookServer({
    inbox: ports.inbox,
    secrets: config.secrets.webhook,
    port: config.port,
    onAccepted: () => worker.wake(),
    log,
  });
  return {
    url: entry.url,
    embedded,
    close: async () => {
      await entry.close();
      await worker.stop();
      await embedded.close();
    },
  };
}
