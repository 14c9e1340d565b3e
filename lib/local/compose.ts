import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { EngineName } from '../domain/engine.ts';
import { engineOf } from '../domain/engine-choice.ts';
import type { ForgeOf, Ports, RunnerPorts, RunStore } from '../domain/ports.ts';
import type { RepositoryRef } from '../domain/run.ts';
import { defaultLimits, type RoleName, type StageAttempt } from '../domain/stage.ts';
import type { StageInput } from '../domain/stage-input.ts';
import { modelFor } from '../domain/terms.ts';
import { keysFor } from '../providers/keys.ts';
import { priceOf } from '../providers/prices.ts';
import { loadProvider, providerOf, relayOf } from '../providers/provider.ts';
import type { Turns } from '../providers/replay.ts';
import type { WireTurns } from '../providers/wire-replay.ts';
import { policyOf, runOf } from '../services/lifecycle/run-facts.ts';
import { stageInput } from '../services/lifecycle/stage-input.ts';
import { type GatewayOptions, startGateway } from './gateway/server.ts';
import { localForge } from './local-forge/local-forge.ts';
import { openDefinitions } from './runner/definitions.ts';
import type { RunnerOptions } from './runner/runner.ts';
import { compileHarness } from './sandbox/compile-cache.ts';
import { faultAmong, findPrograms } from './sandbox/engine-programs.ts';
import { localSandboxes } from './sandbox/local-sandboxes.ts';
import type { Machine } from './sandbox/machine.ts';
import { openSigner } from './signer.ts';
import { mirrorPathOf, sourceMirror } from './source/mirror.ts';
import type { Remote } from './source/pin.ts';
import { openDatabase } from './store/database.ts';
import { sqliteStores } from './store/stores.ts';
import { openJournal } from './walker/journal.ts';

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
/** Programs of engines on this machine, by the engine's name. */
export const enginePrograms = ({ engines: configured = {}, host }: Config) =>
  findPrograms({
    configured,
    path: host.PATH,
    nodeModules: [join(projectRoot, 'node_modules')],
  });

/** What sandboxes are tried out with, as they are made. */
export const machineOf = ({ docker, dataDir }: Pick<Config, 'docker' | 'dataDir'>): Machine => ({
  docker,
  dataDir,
  root: projectRoot,
});

const harness = {
  node: process.execPath,
  main: join(projectRoot, 'task-image', 'main.ts'),
  root: projectRoot,
};

/** What the embedded composition may be given from outside. */
export interface ComposeOptions {
  /** Forge and git remote of GitHub repositories; without it only local ones work. */
  readonly github?: {
    readonly forgeOf: ForgeOf;
    readonly remoteOf: (repository: RepositoryRef) => Promise<Remote>;
  };
  /** Recorded or scripted model turns, for the `replay` provider. */
  readonly turns?: Turns;
  /** What a coder begins from, in place of what this run's own attempts left when they were cut off. */
  readonly cutOffOf?: (stage: StageAttempt) => Promise<StageInput['cutOff']>;
  readonly wireTurns?: WireTurns;
  /** Finds the hosts that set-up may reach from a closed sandbox. */
  readonly registries?: GatewayOptions['registries'];
  /** What leases, deadlines and days go by; the machine's clock unless given. */
  readonly clock?: Ports['clock'];
  readonly log: (line: string) => void;
}

/** The whole system in one process. */
export interface Embedded {
  readonly ports: RunnerPorts;
  readonly runner: RunnerOptions;
  close(): Promise<void>;
}

/** The stores alone: enough to look at runs or to cancel one, from any process. */
export async function openStores(config: Config, clock: Ports['clock'] = { now: Date.now }) {
  const database = openDatabase(config.dataDir);
  const signer = await openSigner(config.dataDir);
  const stores = sqliteStores(database, { ledgerDir: join(config.dataDir, 'ledger'), signer });
  return { ...stores, clock, close: () => database.close() };
}

/** Opens stores, gateway and sandboxes in the data folder and ends what an earlier process left. */
export async function composeEmbedded(config: Config, options: ComposeOptions): Promise<Embedded> {
  const { close: closeStores, ...stores } = await openStores(config, options.clock);
  const journal = openJournal(config.dataDir);
  const limitsOf = (role: RoleName) => ({ ...defaultLimits[role], ...config.limits });
  const { dataDir } = config;
  const programs = enginePrograms(config);
  const remoteOf = options.github?.remoteOf;
  const base = {
    ...stores,
    limitsOf,
    source: sourceMirror({ dataDir, ...(remoteOf === undefined ? {} : { remoteOf }) }),
    forgeOf: forgeOf(config, options),
    engineFault: faultAmong(programs),
    provider: (choice, run) => providerOf(choice, keysFor(run, config.secrets), options.turns),
  } satisfies Ports;
  const ports = { ...base } as { -readonly [K in keyof RunnerPorts]: RunnerPorts[K] };
  const gateway = await startGateway({
    ports,
    priceOf,
    relayOf: (choice, run) => relayOf(choice, keysFor(run, config.secrets), options.wireTurns),
    inputOf: (stage) => stageInput(ports, stage, options.cutOffOf),
    mirrorPathOf: (repository) => mirrorPathOf(dataDir, repository),
    registries: options.registries ?? (async () => []),
    socketDir: join(dataDir, 'gateway'),
  });
  ports.sandboxes = localSandboxes({
    dataDir,
    gateway: { url: gateway.url, socketPath: gateway.socketPath ?? '' },
    harness,
    docker: config.docker,
    hostEnv: config.host,
    engines: { programs, of: (stage) => engineFor(ports, stage) },
    kindOf: async (run) => (await stores.runs.get(run))?.settings.sandbox ?? 'bubblewrap',
    onStarted: (stage) => void makeReady(stores.runs, stage),
    log: options.log,
  });
  compileHarness(harness);
  const reaped = await ports.sandboxes.reap();
  if (reaped > 0) options.log(`ended ${reaped} sandboxes that an earlier process left`);
  return {
    ports,
    runner: {
      ports,
      journal,
      definitions: await openDefinitions(dataDir, lifecycle()),
      instance: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
      leaseMs: config.leaseMs,
      log: options.log,
    },
    close: async () => {
      await gateway.close();
      journal.close();
      closeStores();
    },
  };
}

/** What plays a stage, by the run's settings and the repository's rules. */
async function engineFor(ports: Ports, { run: id, role }: StageAttempt): Promise<EngineName> {
  const run = await runOf(ports, id);
  return engineOf(run.settings, await policyOf(ports, run), role);
}

/** While a sandbox comes up, what its model calls will need here; where that fails, they will say why. */
async function makeReady(runs: RunStore, { run: id, role }: StageAttempt): Promise<void> {
  try {
    const run = await runs.get(id);
    if (run !== undefined && role !== 'verifier') await loadProvider(modelFor(run, role));
  } catch {}
}

function lifecycle(): string {
  return readFileSync(join(projectRoot, 'statemachines', 'issue-run.asl.json'), 'utf8');
}

/** Where a run's own files are: the issue it was given, what it says to a person, its logs. */
export function runFolder(dataDir: string, run: string): string {
  return join(dataDir, 'runs', run);
}

function forgeOf(config: Config, options: ComposeOptions): ForgeOf {
  return (run) => {
    if (run.repository.forge === 'local') {
      const stateDir = runFolder(config.dataDir, run.id);
      const issueFile = join(stateDir, 'issue.md');
      return localForge({ repositoryPath: run.repository.name, issueFile, stateDir });
    }
    if (options.github === undefined) throw new Error('no access to GitHub is set up');
    return options.github.forgeOf(run);
  };
}
