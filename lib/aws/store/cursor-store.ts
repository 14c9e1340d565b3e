import type { CursorStore } from '../../domain/ports.ts';
import { cursorKey } from './keys.ts';
import type { Table } from './table.ts';

/** Cursors in DynamoDB. */
export function dynamoCursorStore(table: Table): CursorStore {
  return {
    get: async (name) => (await table.get<{ readonly value: string }>(cursorKey(name)))?.value,
    set: (name, value) =>
      table.write(async () => ({
        result: undefined,
        writes: [{ name: 'cursor', put: { ...cursorKey(name), value } }],
      })),
  };
}
