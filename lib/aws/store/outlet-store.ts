import type { Outlet } from '../../domain/outlet.ts';
import type { OutletStore } from '../../services/keep-outlet.ts';
import { outletKey } from './keys.ts';
import type { Table } from './table.ts';
import { unchanged } from './transaction.ts';

interface Row {
  readonly body: string;
}

/** The record of endpoints and proxy, in DynamoDB; the rules are in the domain. */
export function dynamoOutletStore(table: Table): OutletStore {
  const find = () => table.get<Row>(outletKey);
  const outletIn = (row: Row | undefined) => row && (JSON.parse(row.body) as Outlet);
  return {
    get: async () => outletIn(await find()),
    change: (rule) =>
      table.write(async () => {
        const row = await find();
        const { next, result } = rule(outletIn(row));
        if (next === undefined) return { result, writes: [] };
        const put = { ...outletKey, body: JSON.stringify(next) };
        return { result, writes: [{ name: 'outlet', put, when: unchanged(row) }] };
      }),
  };
}
