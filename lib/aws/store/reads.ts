import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { StorageFailed } from '../../domain/errors.ts';
import { type Attributes, fromAttributes, toAttributes } from './attributes.ts';
import type { Key } from './keys.ts';
import { pause } from './pause.ts';
import { tableError } from './table-errors.ts';

/** A part of a partition, in the order of its sort keys. */
export interface Range {
  /** Only sort keys that begin so. */
  readonly prefix?: string;
  /** With `prefix`: the first sort key that counts. */
  readonly from?: string;
  readonly newestFirst?: boolean;
  readonly limit?: number | undefined;
}

/** DynamoDB's own limit. */
const mostKeys = 100;
/** How often in a row a batch may give nothing, because the table can't be read so fast. */
const mostStalls = 12;

/** One item, as the last write left it. Throws `StorageFailed`. */
export async function getItem(
  client: DynamoDBClient,
  tableName: string,
  { pk, sk }: Key,
): Promise<Attributes | undefined> {
  const Key = toAttributes({ pk, sk });
  const command = new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true });
  const { Item } = await client.send(command).catch((error: unknown) => {
    throw tableError(error, `read ${sk}`);
  });
  return Item && fromAttributes(Item);
}

/** Items in any order; those that are not there are left out. Throws `StorageFailed`. */
export async function getItems(
  client: DynamoDBClient,
  tableName: string,
  keys: readonly Key[],
): Promise<readonly Attributes[]> {
  const found: Attributes[] = [];
  let waiting = keys.map(({ pk, sk }) => toAttributes({ pk, sk }));
  for (let stalls = 0; waiting.length > 0; ) {
    const asked = waiting.slice(0, mostKeys);
    const command = new BatchGetItemCommand({
      RequestItems: { [tableName]: { Keys: asked, ConsistentRead: true } },
    });
    const answer: BatchGetItemCommandOutput = await client.send(command).catch((error: unknown) => {
      throw tableError(error, `read ${keys.length} items`);
    });
    found.push(...(answer.Responses?.[tableName] ?? []).map(fromAttributes));
    // Left is what the answer had no room for, or what the table could not read so fast.
    const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    waiting = [...left, ...waiting.slice(mostKeys)];
    stalls = left.length === asked.length ? stalls + 1 : 0;
    if (stalls === mostStalls) throw new StorageFailed(`read ${keys.length} items: throttled`);
    if (stalls > 0) await pause(stalls);
  }
  return found;
}

/** The items of a range, page by page. Throws `StorageFailed`. */
export async function queryItems(
  client: DynamoDBClient,
  tableName: string,
  pk: string,
  { limit = Number.POSITIVE_INFINITY, ...range }: Range,
): Promise<readonly Attributes[]> {
  const found: Attributes[] = [];
  let start: QueryCommandOutput['LastEvaluatedKey'];
  while (found.length < limit) {
    const command = new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      ScanIndexForward: range.newestFirst !== true,
      ...within(pk, range),
      ...(start && { ExclusiveStartKey: start }),
      ...(limit < Number.POSITIVE_INFINITY && { Limit: limit - found.length }),
    });
    const answer: QueryCommandOutput = await client.send(command).catch((error: unknown) => {
      throw tableError(error, `list ${pk}`);
    });
    found.push(...(answer.Items ?? []).map(fromAttributes));
    start = answer.LastEvaluatedKey;
    if (start === undefined) break;
  }
  return found;
}

function within(pk: string, { prefix, from = prefix }: Range) {
  if (prefix === undefined) {
    return {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toAttributes({ ':pk': pk }),
    };
  }
  // The last code point: no sort key that begins with the prefix comes after it.
  const to = `${prefix}\u{10ffff}`;
  return {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: toAttributes({ ':pk': pk, ':from': from, ':to': to }),
  };
}
