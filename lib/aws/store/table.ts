import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { StorageFailed } from '../../domain/errors.ts';
import type { Key } from './keys.ts';
import { pause } from './pause.ts';
import { getItem, getItems, queryItems, type Range } from './reads.ts';
import { mostWrites, type Refusal, transact, type Write } from './transaction.ts';

/** An item as it stands. `v` names the transaction that wrote it, so no two states of it have the same. */
export type Stored<Row> = Row & Key & { readonly v: string };

/** What is to be written, and what the caller is told once it is. Without writes nothing is asked of the table. */
export interface Decision<T> {
  readonly result: T;
  readonly writes: readonly Write[];
}

/** The one table. All reads are strongly consistent, and all calls throw `StorageFailed`. */
export interface Table {
  get<Row>(key: Key): Promise<Stored<Row> | undefined>;
  /** In the order of the keys, which must differ; items that are not there are left out. */
  getAll<Row>(keys: readonly Key[]): Promise<readonly Stored<Row>[]>;
  query<Row>(pk: string, range?: Range): Promise<readonly Stored<Row>[]>;
  /**
   * One transaction on what `decide` reads: it names the conditions under which its decision holds, and
   * where they do not hold any more it decides again, on fresh reads, up to a bound. It is told the names of
   * writes that found their condition unmet the time before. What it throws goes to the caller; nothing is
   * written then.
   */
  write<T>(decide: (unmet: readonly string[]) => Promise<Decision<T>>): Promise<T>;
}

/** Tries of one write against others at the same items: some seconds in all. */
const tries = 30;

/** The table of that name. `client` does its own retries; the caller ends it. */
export function openTable(client: DynamoDBClient, tableName: string): Table {
  return {
    get: async <Row>(key: Key) =>
      (await getItem(client, tableName, key)) as Stored<Row> | undefined,
    getAll: async <Row>(keys: readonly Key[]) => {
      const items = (await getItems(client, tableName, keys)) as unknown as Stored<Row>[];
      const found = new Map(items.map((item) => [textOf(item), item]));
      return keys.flatMap((key) => found.get(textOf(key)) ?? []);
    },
    query: async <Row>(pk: string, range: Range = {}) =>
      (await queryItems(client, tableName, pk, range)) as unknown as Stored<Row>[],
    write: (decide) => write(client, tableName, decide),
  };
}

const textOf = ({ pk, sk }: Key) => JSON.stringify([pk, sk]);

async function write<T>(
  client: DynamoDBClient,
  tableName: string,
  decide: (unmet: readonly string[]) => Promise<Decision<T>>,
): Promise<T> {
  let refusals: readonly Refusal[] = [];
  for (let n = 0; n < tries; n += 1) {
    if (n > 0) await pause(n);
    const unmet = refusals.filter(({ why }) => why === 'condition').map(({ name }) => name);
    const { result, writes } = await decide(unmet);
    if (writes.length === 0) return result;
    if (writes.length > mostWrites) {
      throw new StorageFailed(`${writes.length} writes are too many for one transaction`);
    }
    refusals = await transact(client, tableName, writes);
    if (refusals.length === 0) return result;
  }
  const last = refusals.map(({ name, why }) => `${name} (${why})`).join(', ');
  throw new StorageFailed(`the table refused a write ${tries} times, at last because of ${last}`);
}
