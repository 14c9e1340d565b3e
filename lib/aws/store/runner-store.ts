import { liveLeases, takeLease } from '../../domain/lease.ts';
import type { RunnerStore } from '../../domain/ports.ts';
import { runnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { unchanged } from './transaction.ts';

interface Row {
  readonly holder: string;
  readonly until: number;
}

/** Who walks which run, in DynamoDB: at most one lease a run; the rules are in the domain. */
export function dynamoRunnerStore(table: Table): RunnerStore {
  const find = (run: string) => table.get<Row>(runnerKey(run));
  return {
    lease: (run, instance, now, until) =>
      table.write(async () => {
        const found = await find(run);
        const leases = found === undefined ? [] : [found];
        const [taken] = takeLease(leases, { holder: instance, now, until, capacity: 1 }) ?? [];
        if (taken === undefined) return { result: false, writes: [] };
        const put = { ...runnerKey(run), holder: taken.holder, until: taken.until };
        return { result: true, writes: [{ name: 'runner', put, when: unchanged(found) }] };
      }),
    release: (run, instance) =>
      table.write(async () => {
        const found = await find(run);
        if (found?.holder !== instance) return { result: undefined, writes: [] };
        const freed = { name: 'runner', delete: runnerKey(run), when: unchanged(found) };
        return { result: undefined, writes: [freed] };
      }),
    holder: async (run, now) => {
      const found = await find(run);
      return found && liveLeases([found], now)[0]?.holder;
    },
  };
}
