import { type Lease, liveLeases, takeLease } from '../../domain/lease.ts';
import type { SlotStore } from '../../domain/ports.ts';
import { slotsKey } from './keys.ts';
import type { Stored, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

/** When each holder's lease ends. */
type Row = Stored<{ readonly holders: Readonly<Record<string, number>> }>;

/** Capacity slots in DynamoDB: one item a pool, with a map of its leases; the rules are in the domain. */
export function dynamoSlotStore(table: Table): SlotStore {
  const find = (pool: string): Promise<Row | undefined> => table.get(slotsKey(pool));
  return {
    take: (pool, holder, now, until, capacity) =>
      table.write(async () => {
        const row = await find(pool);
        const taken = takeLease(leasesIn(row), { holder, now, until, capacity });
        if (taken === undefined) return { result: false, writes: [] };
        return { result: true, writes: [put(pool, row, taken)] };
      }),
    release: (pool, holder) =>
      table.write(async () => {
        const row = await find(pool);
        const leases = leasesIn(row);
        const others = leases.filter((lease) => lease.holder !== holder);
        const writes = others.length === leases.length ? [] : [put(pool, row, others)];
        return { result: undefined, writes };
      }),
    holders: async (pool, now) =>
      liveLeases(leasesIn(await find(pool)), now)
        .map(({ holder }) => holder)
        .sort(),
  };
}

function leasesIn(row: Row | undefined): Lease[] {
  return Object.entries(row?.holders ?? {}).map(([holder, until]) => ({ holder, until }));
}

function put(pool: string, row: Row | undefined, leases: readonly Lease[]): Write {
  const holders = Object.fromEntries(leases.map(({ holder, until }) => [holder, until]));
  return { name: 'slots', put: { ...slotsKey(pool), holders }, when: unchanged(row) };
}
