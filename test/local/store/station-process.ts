import { flushCompileCache } from 'node:module';
import { type MortalDatabase, mortalDatabase } from './mortal-database.ts';
import { openStores } from './open-stores-at.ts';

// Serves the stores of a data folder to the process that started this one, until that is gone or it is told to die:
// `node station-process.ts <data folder>`.
export type StationOrder =
  | { readonly id: number; readonly dieAt: number }
  | {
      readonly id: number;
      readonly store: string;
      readonly method: string;
      readonly given: readonly unknown[];
    };
export interface StationAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly holder?: string };
}

type Store = Record<string, (...given: readonly unknown[]) => Promise<unknown>>;
// Processes that are killed would not keep what they compiled, and each takes another's place.
flushCompileCache();
let mortal: MortalDatabase | undefined;
const stores = await openStores(process.argv[2] ?? '', (database) => {
  mortal = mortalDatabase(database, kill);
  // What the system has is not lost with a process; a sync only costs time.
  database.get('PRAGMA synchronous = OFF');
  return mortal;
});
process.on('disconnect', () => process.exit());
process.on('message', async (order: StationOrder) => {
  const { id } = order;
  if ('dieAt' in order) {
    mortal?.dieAt(order.dieAt);
    answer({ id });
    return;
  }
  const called = (stores as unknown as Record<string, Store>)[order.store]?.[order.method];
  try {
    answer({ id, result: await called?.(...order.given) });
  } catch (error) {
    const { name, message, holder } = error as StationAnswer['error'] & {};
    answer({ id, error: { name, message, ...(holder === undefined ? {} : { holder }) } });
  }
});

function answer(told: StationAnswer): void {
  process.send?.(told);
}

function kill(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('it lives on');
}
