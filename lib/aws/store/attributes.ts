import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What an attribute may hold here; a record is a map of named leases. */
export type Value = string | number | Readonly<Record<string, number>>;

/** An item's own attributes. Undefined ones are left out. */
export type Attributes = Readonly<Record<string, Value | undefined>>;

/** DynamoDB's form of an item. */
export function toAttributes(item: Attributes): Record<string, AttributeValue> {
  const entries = Object.entries(item).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, toAttribute(value)] as const],
  );
  return Object.fromEntries(entries);
}

/** DynamoDB's form of one value. */
export function toAttribute(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return { M: toAttributes(value) };
}

/** An item as it was before `toAttributes`. */
export function fromAttributes(item: Readonly<Record<string, AttributeValue>>): Attributes {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]),
  );
}

function fromAttribute({ S, N, M }: AttributeValue): Value | undefined {
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  return M && (fromAttributes(M) as Record<string, number>);
}
