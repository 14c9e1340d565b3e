import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { ConfigInvalid } from '../domain/errors.ts';
import type { RunSettings } from '../domain/run.ts';
import type { Turns } from '../providers/replay.ts';
import type { GivenUp } from '../services/intake/intake-options.ts';
import { answerCommand } from '../services/publisher/answer-command.ts';
import type { CommandReply } from '../services/publisher/command-reply.ts';
import { type ComposeOptions, composeEmbedded, type Embedded } from './compose.ts';
import { composeGithub, type Github } from './compose-github.ts';
import { healthOf } from './server/health.ts';
import { startInboxWorker } from './server/inbox-worker.ts';
import type { Log } from './server/log-line.ts';
import { startQueueWorker } from './server/queue-worker.ts';
import { startReconcileWorker } from './server/reconcile-worker.ts';
import type { Repeated } from './server/repeat.ts';
import { startWebhookServer, type WebhookServerOptions } from './server/webhook-server.ts';
import { startWorker } from './server/worker.ts';

/** What a server is given beside its configuration. */
export interface ServerOptions {
  /** How runs are done that webhooks start. */
  readonly settings: RunSettings;
  readonly registries?: ComposeOptions['registries'];
  readonly turns?: Turns;
  readonly clock?: ComposeOptions['clock'];
  readonly log: Log;
}

/** A running server: entry, workers and all that a run needs. */
export interface Server {
  readonly url: string;
  readonly embedded: Embedded;
  close(): Promise<void>;
}

/** Starts entry and workers; unfinished runs in the data folder are gone on with at once. */
export async function composeServer(config: Config, options: ServerOptions): Promise<Server> {
  const github = composeGithub(config);
  const { log } = options;
  const embedded = await composeEmbedded(config, {
    log,
    github: { forgeOf: github.forgeOf, remoteOf: github.remoteOf },
    ...(options.registries === undefined ? {} : { registries: options.registries }),
    ...(options.turns === undefined ? {} : { turns: options.turns }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const { ports } = embedded;
  const version = readVersion();
  let stopping = false;
  let workers: readonly Repeated[] = [];
  let inbox: Repeated | undefined;
  const entry = await startEntry(embedded, {
    inbox: ports.inbox,
    secrets: config.secrets.webhook,
    port: config.port,
    health: () => healthOf(ports, { version, stopping }),
    onAccepted: () => inbox?.wake(),
    log,
  });
  [inbox, ...workers] = startWorkers(config, options, github, embedded);
  return {
    url: entry.url,
    embedded,
    // What comes in while the workers stop is stored, for the next start.
    close: async () => {
      stopping = true;
      await Promise.all([inbox, ...workers].map((worker) => worker?.stop()));
      await entry.close();
      await embedded.close();
    },
  };
}

/** What was opened for it is closed where it can't listen. Throws `ConfigInvalid` for a port in use. */
async function startEntry(embedded: Embedded, options: WebhookServerOptions) {
  try {
    return await startWebhookServer(options);
  } catch (cause) {
    await embedded.close();
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ConfigInvalid(`ENTROPY_PORT: can't listen on ${options.port}: ${why}`, { cause });
  }
}

/** The inbox's worker first. */
function startWorkers(
  config: Config,
  { settings, log }: ServerOptions,
  github: Github,
  { ports, runner }: Embedded,
): [Repeated, ...Repeated[]] {
  const { heldUntil, mayTell, readFacts, waitingIssues, newComments, installedRepositories } =
    github;
  const worker = startWorker({ ...runner, capacity: config.capacity, heldUntil });
  const reply = (answer: CommandReply) => answerCommand(ports, answer);
  // The note stays beside the delivery in the inbox.
  const giveUp = async ({ id, intent: { kind, repository, issue }, note }: GivenUp) => {
    log(`delivery ${id} is lost: ${kind} on ${repository}#${issue}: ${note}`);
    return true;
  };
  const shared = { ports, readFacts, settings, reply, giveUp, log };
  const inbox = startInboxWorker({ ...shared, onDone: worker.wake });
  const queue = startQueueWorker({ ports, capacity: config.capacity, heldUntil, mayTell, log });
  const { repositories: named, minutes = 10 } = config.reconcile ?? {};
  const repositories = named === undefined ? installedRepositories : async () => named;
  if (minutes === 0) return [inbox, worker, queue];
  if (repositories === undefined) {
    log('set ENTROPY_REPOSITORIES: until then nobody looks for deliveries that never came');
    return [inbox, worker, queue];
  }
  const onLooked = () => {
    inbox.wake();
    worker.wake();
  };
  const looks = { repositories, waitingIssues, newComments, minutes, onLooked };
  return [inbox, worker, queue, startReconcileWorker({ ...shared, ...looks })];
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
