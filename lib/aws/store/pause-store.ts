import type { Pause } from '../../domain/pause.ts';
import type { PauseStore } from '../../domain/ports.ts';
import { pauseKey } from './keys.ts';
import type { Table } from './table.ts';
import { unchanged } from './transaction.ts';

interface Row {
  readonly body: string;
}
const pauseIn = (row: Row | undefined) => row && (JSON.parse(row.body) as Pause);

/** The operator's kill switch, in DynamoDB: the item stands while everything is paused. */
export function dynamoPauseStore(table: Table): PauseStore {
  const find = () => table.get<Row>(pauseKey);
  return {
    get: async () => pauseIn(await find()),
    pause: (pause) =>
      table.write(async () => {
        const standing = pauseIn(await find());
        if (standing !== undefined) return { result: standing, writes: [] };
        const put = { ...pauseKey, body: JSON.stringify(pause) };
        return { result: pause, writes: [{ name: 'pause', put, when: 'absent' }] };
      }),
    resume: () =>
      table.write(async () => {
        const found = await find();
        if (found === undefined) return { result: false, writes: [] };
        const lifted = { name: 'pause', delete: pauseKey, when: unchanged(found) };
        return { result: true, writes: [lifted] };
      }),
  };
}
