import { openStores } from './open-stores-at.ts';

// Serves the stores of a data folder to the process that started this one, until that is gone:
// `node station-process.ts <data folder>`.
export interface StationCall {
  readonly id: number;
  readonly store: string;
  readonly method: string;
  readonly given: readonly unknown[];
}
export interface StationAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly holder?: string };
}

type Store = Record<string, (...given: readonly unknown[]) => Promise<unknown>>;
const stores = await openStores(process.argv[2] ?? '');
process.on('disconnect', () => process.exit());
process.on('message', async ({ id, store, method, given }: StationCall) => {
  const called = (stores as unknown as Record<string, Store>)[store]?.[method];
  try {
    answer({ id, result: await called?.(...given) });
  } catch (error) {
    const { name, message, holder } = error as StationAnswer['error'] & {};
    answer({ id, error: { name, message, ...(holder === undefined ? {} : { holder }) } });
  }
});

function answer(told: StationAnswer): void {
  process.send?.(told);
}
