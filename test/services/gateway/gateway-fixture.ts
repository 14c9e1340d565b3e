import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimLeaseMs } from '../../../lib/domain/claim.ts';
import { sha256 } from '../../../lib/domain/ledger.ts';
import { issueKeyOf, type Run, type RunSettings } from '../../../lib/domain/run.ts';
import {
  defaultLimits,
  type RoleName,
  type StageLimits,
  type StageRecord,
} from '../../../lib/domain/stage.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { anthropicProvider } from '../../../lib/providers/anthropic.ts';
import type { ProviderLimits } from '../../../lib/providers/limits.ts';
import { openaiProvider } from '../../../lib/providers/openai.ts';
import { openaiCompatibleProvider } from '../../../lib/providers/openai-compatible.ts';
import type { GatewayPorts } from '../../../lib/services/gateway/gateway-ports.ts';
import { quick } from '../../providers/provider-fixture.ts';

export const modelKey = 'sk-ant-api03-0123456789abcdefghijklmnop';

/** Stores on disk, one running run that holds its claim, and a clock that a test can move. */
export interface World {
  readonly dataDir: string;
  readonly ports: GatewayPorts & Pick<ReturnType<typeof sqliteStores>, 'slots'>;
  readonly run: Run;
  /** Milliseconds added to the real time. */
  ahead: number;
  limits: Partial<StageLimits>;
  /** How long and how often its models are tried. */
  providerLimits: ProviderLimits;
  /** Opens the next attempt; the code is what its sandbox is started with. */
  open(role: RoleName, round?: number): Promise<{ bootCode: string; stage: StageRecord }>;
  events(kind?: string): Promise<readonly { kind: string; data?: Record<string, unknown> }[]>;
}

/** A world for the length of one test. */
export async function withWorld<T>(
  settings: Partial<RunSettings>,
  use: (world: World) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'entropy-gateway-test-'));
  const database = openDatabase(dataDir);
  try {
    const signer = await openSigner(dataDir);
    const stores = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
    return await use(await worldOf(dataDir, stores, settings));
  } finally {
    database.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function worldOf(
  dataDir: string,
  stores: ReturnType<typeof sqliteStores>,
  settings: Partial<RunSettings>,
): Promise<World> {
  const world = { ahead: 0, limits: {}, providerLimits: quick } as World;
  const clock = { now: () => Date.now() + world.ahead };
  const draft = runWith(settings);
  const now = clock.now();
  const key = issueKeyOf(draft.repository, draft.issue);
  const until = now + claimLeaseMs;
  const { fence } = await stores.claims.acquire({ key, run: draft.id, now, until }, []);
  const { run } = await stores.runs.create({ ...draft, status: 'running', fence }, []);
  let codes = 0;
  return Object.assign(world, {
    dataDir,
    run,
    ports: {
      ...stores,
      clock,
      limitsOf: (role: RoleName) => ({ ...defaultLimits[role], ...world.limits }),
      provider: ({ provider }) =>
        provider === 'openai-compatible'
          ? openaiCompatibleProvider(modelKey, world.providerLimits)
          : provider === 'openai'
            ? openaiProvider(modelKey, world.providerLimits)
            : anthropicProvider(modelKey, world.providerLimits),
    },
    open: async (role: RoleName, round = 1) => {
      codes += 1;
      const bootCode = `boot-code-${codes}`;
      const at = clock.now();
      const deadline = at + defaultLimits[role].wallMs;
      const boot = { hash: sha256(bootCode), at, expires: at + 60_000, deadline };
      const stage = await stores.stages.open({ run: run.id, role, round }, boot, []);
      return { bootCode, stage };
    },
    events: async (kind?: string) => {
      const all = await stores.ledger.events(run.id);
      return kind === undefined ? all : all.filter((event) => event.kind === kind);
    },
  } satisfies Partial<World>);
}

function runWith(settings: Partial<RunSettings>): Run {
  return {
    id: 'r-0123456789abcdef0123',
    repository: { forge: 'local', name: '/srv/repository' },
    issue: '7',
    trigger: { kind: 'cli', id: 'nonce', by: 'someone' },
    settings: {
      model: { provider: 'anthropic', model: 'claude-sonnet-5-5' },
      roleModels: {},
      budget: { dollars: 5, tokens: 1_000_000, turns: 100 },
      sandbox: 'process',
      ...settings,
    },
    status: 'queued',
    createdAt: Date.now(),
  };
}
