import { existsSync } from 'node:fs';
import type { Config } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { Run } from '../../lib/domain/run.ts';
import { openStores } from '../../lib/local/compose.ts';
import { databasePath } from '../../lib/local/store/database.ts';
import { userName } from './user-name.ts';

type Stored = Pick<
  Ports,
  'runs' | 'claims' | 'slots' | 'runners' | 'stages' | 'budgets' | 'pauses' | 'ledger' | 'clock'
>;

/** The records of runs, wherever they are, and what a command must know of that place. */
export interface Records extends Stored {
  /** Milliseconds between two looks at a run that is followed. */
  readonly pollMs?: number;
  /** True where who calls may not sign for the ledger. */
  readonly sealsLater?: boolean;
  /** Whether somebody goes on with the run by himself. */
  isWalked(run: string): Promise<boolean>;
  /** Who calls, as the records name them. */
  by(): Promise<string>;
  close(): void;
}

/** Whether there are any runs' records to look at. */
export function hasRecords({ aws, dataDir }: Config): boolean {
  return aws !== undefined || existsSync(databasePath(dataDir));
}

/** Works on one run that was started before, in any process. Makes nothing. Throws `NotFound`. */
export async function withRun<T>(
  config: Config,
  id: string,
  work: (stores: Records, run: Run) => Promise<T>,
): Promise<T> {
  const missing = () =>
    new NotFound(`no run ${id} in ${nameOf(config)}; "entropy status" lists what is there`);
  if (!hasRecords(config)) throw missing();
  return withStores(config, async (stores) => {
    const run = await stores.runs.get(id);
    if (run === undefined) throw missing();
    return work(stores, run);
  });
}

/** Opens the stores for as long as the work takes. */
export async function withStores<T>(
  config: Config,
  work: (stores: Records) => Promise<T>,
): Promise<T> {
  const stores = await open(config);
  try {
    return await work(stores);
  } finally {
    stores.close();
  }
}

async function open(config: Config): Promise<Records> {
  if (config.aws !== undefined) {
    // What runs are on this machine need not wait until AWS's clients are loaded.
    const { openDeployment } = await import('../../lib/aws/compose-operator.ts');
    return openDeployment(config.aws);
  }
  const stores = await openStores(config);
  return {
    ...stores,
    isWalked: async (run) => (await stores.runners.holder(run, stores.clock.now())) !== undefined,
    by: async () => userName(),
  };
}

function nameOf({ aws, dataDir }: Config): string {
  return aws === undefined ? dataDir : `the deployment ${aws.deployment}`;
}
