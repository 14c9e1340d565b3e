import { existsSync } from 'node:fs';
import type { Config } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import type { Run } from '../../lib/domain/run.ts';
import { openStores } from '../../lib/local/compose.ts';
import { databasePath } from '../../lib/local/store/database.ts';

type Stores = Awaited<ReturnType<typeof openStores>>;

/** Whether the data folder holds any run's records. */
export function hasRecords({ dataDir }: Config): boolean {
  return existsSync(databasePath(dataDir));
}

/** Works on one run that was started before, in any process. Makes nothing. Throws `NotFound`. */
export async function withRun<T>(
  config: Config,
  id: string,
  work: (stores: Stores, run: Run) => Promise<T>,
): Promise<T> {
  const missing = () =>
    new NotFound(`no run ${id} in ${config.dataDir}; "entropy status" lists what is there`);
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
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = await openStores(config);
  try {
    return await work(stores);
  } finally {
    stores.close();
  }
}
