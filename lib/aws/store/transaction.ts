import { randomUUID } from 'node:crypto';
import {
  type CancellationReason,
  type DynamoDBClient,
  type Put,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { StorageFailed } from '../../domain/errors.ts';
import { type Attributes, toAttribute, toAttributes } from './attributes.ts';
import type { Key } from './keys.ts';
import { pause } from './pause.ts';
import { mayHaveBeenDone, tableError } from './table-errors.ts';

/** An item to be stored. The transaction adds `v`, which is another at each write. */
type NewItem = Key & Attributes;

/**
 * What must be true of the item that stands under the key: none does, or each attribute is as given, where
 * undefined means that it is not there.
 */
export type Condition = 'absent' | Readonly<Record<string, string | number | undefined>>;

/** One part of a transaction. `name` tells it from the others where it is refused. */
export type Write = { readonly name: string; readonly when?: Condition } & (
  | { readonly put: NewItem }
  | { readonly delete: Key }
  /** Writes nothing: what was decided stands on this item too. */
  | { readonly check: Key }
);

/** Why a part kept the transaction from being made. */
export interface Refusal {
  readonly name: string;
  readonly why: 'condition' | 'conflict' | 'throttled';
}

/** The item is as it was read: no other has written it since, not even the same again. */
export function unchanged(found: { readonly v: string } | undefined): Condition {
  return found === undefined ? 'absent' : { v: found.v };
}

/** DynamoDB's own limit. */
export const mostWrites = 100;
/** Times that one transaction is sent over, on top of the SDK's own retries. */
const sends = 3;

/**
 * Makes all writes or none. An answer that got lost is asked for again under the same token, within ten
 * minutes of which DynamoDB does the work once. Gives what refused it, nothing where it was made; throws
 * `StorageFailed`.
 */
export async function transact(
  client: DynamoDBClient,
  tableName: string,
  writes: readonly Write[],
): Promise<readonly Refusal[]> {
  const token = randomUUID();
  const command = new TransactWriteItemsCommand({
    ClientRequestToken: token,
    TransactItems: writes.map((write) => toTransactItem(tableName, write, token)),
  });
  for (let sent = 1; ; sent += 1) {
    try {
      await client.send(command);
      return [];
    } catch (error) {
      const { name, CancellationReasons } = error as { name: string } & Cancelled;
      if (name === 'TransactionCanceledException') {
        return refusalsIn(writes, CancellationReasons ?? []);
      }
      if (sent === sends || !mayHaveBeenDone(error)) throw tableError(error, namesOf(writes));
      await pause(sent);
    }
  }
}

interface Cancelled {
  readonly CancellationReasons?: readonly CancellationReason[];
}
const passing: Readonly<Record<string, Refusal['why']>> = {
  ConditionalCheckFailed: 'condition',
  TransactionConflict: 'conflict',
  ThrottlingError: 'throttled',
  ProvisionedThroughputExceeded: 'throttled',
};

function refusalsIn(
  writes: readonly Write[],
  reasons: readonly CancellationReason[],
): readonly Refusal[] {
  const refusals = reasons.flatMap(({ Code = 'None', Message = '' }, n): Refusal[] => {
    if (Code === 'None') return [];
    const name = writes[n]?.name ?? '';
    const why = passing[Code];
    if (why === undefined) throw new StorageFailed(`the table refuses ${name}: ${Code} ${Message}`);
    return [{ name, why }];
  });
  if (refusals.length > 0) return refusals;
  throw new StorageFailed(`the table cancelled ${namesOf(writes)} and does not say why`);
}

const namesOf = (writes: readonly Write[]) => `write ${writes.map(({ name }) => name).join(', ')}`;

function toTransactItem(tableName: string, write: Write, token: string): TransactWriteItem {
  const rest = { TableName: tableName, ...conditionOf(write.when) };
  if ('put' in write) return { Put: { Item: toAttributes({ ...write.put, v: token }), ...rest } };
  if ('delete' in write) return { Delete: { Key: keyOf(write.delete), ...rest } };
  return {
    ConditionCheck: { Key: keyOf(write.check), ConditionExpression: undefined, ...rest },
  };
}

const keyOf = ({ pk, sk }: Key) => toAttributes({ pk, sk });

type Conditioned = Pick<
  Put,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function conditionOf(when: Condition | undefined): Conditioned {
  if (when === undefined) return {};
  const wanted = Object.entries(when === 'absent' ? { pk: undefined } : when);
  const present = wanted.flatMap(([, value], n) =>
    value === undefined ? [] : ([[n, value]] as const),
  );
  return {
    ConditionExpression: wanted
      .map(([, value], n) =>
        value === undefined ? `attribute_not_exists(#${n})` : `#${n} = :${n}`,
      )
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(wanted.map(([name], n) => [`#${n}`, name])),
    ...(present.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(
        present.map(([n, value]) => [`:${n}`, toAttribute(value)]),
      ),
    }),
  };
}
