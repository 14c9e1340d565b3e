import { appendEvents, eventsFrom } from '../../../lib/aws/store/event-log.ts';
import { dynamoStores, type TableStores } from '../../../lib/aws/store/stores.ts';
import type { Table } from '../../../lib/aws/store/table.ts';
import type { Ledger } from '../../../lib/domain/ports.ts';
import { type OpenTable, tableMaker } from './open-table.ts';

/** The stores of a table, and of its ledger what stands in the table. */
export function storesOn(table: Table): TableStores & { readonly ledger: Ledger } {
  return { ...dynamoStores(table), ledger: eventsAlone(table) };
}

/** Gives stores on an empty table of their own at each call; all are removed after the tests of the file. */
export function storeMaker() {
  const make = tableMaker();
  return async (): Promise<TableStores & { readonly ledger: Ledger } & OpenTable> => {
    const opened = await make();
    return { ...opened, ...storesOn(opened.table) };
  };
}

/** Payloads and seals need a bucket, and no store does. */
function eventsAlone(table: Table): Ledger {
  const none = async () => {
    throw new Error('the ledger has no bucket here');
  };
  return {
    append: (run, events) => appendEvents(table, run, events),
    events: (run, from) => eventsFrom(table, run, from),
    putPayload: none,
    payload: none,
    flush: none,
    seal: none,
  };
}
