import type { Pin, PinStore } from '../../domain/source.ts';
import { pinKey } from './keys.ts';
import type { Table } from './table.ts';
import { unchanged } from './transaction.ts';

/** What runs are pinned to, on DynamoDB. */
export function dynamoPinStore(table: Table): PinStore {
  const find = (run: string) => table.get<Pin>(pinKey(run));
  const write = (run: string, pin: Pin, replace: boolean) =>
    table.write(async () => {
      const found = await find(run);
      if (found !== undefined && !replace) return { result: pinOf(found), writes: [] };
      const put = { ...pinKey(run), ...pin };
      return { result: pin, writes: [{ name: 'pin', put, when: unchanged(found) }] };
    });
  return {
    pinned: async (run) => {
      const found = await find(run);
      return found && pinOf(found);
    },
    keep: (run, pin) => write(run, pinOf(pin), false),
    move: async (run, pin) => void (await write(run, pinOf(pin), true)),
  };
}

const pinOf = ({ branch, commit }: Pin): Pin => ({ branch, commit });
