import type { Schema } from './extract-facts.ts';

type Defs = Readonly<Record<string, Schema>>;

/**
 * Members of a value that none of its schemas names, as paths: GitHub's schemas let any further member pass,
 * and a client that reads one that GitHub never sends would only work here.
 */
export function unknownMembers(value: unknown, schema: Schema, defs: Defs, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = partsOf(schema, defs);
  if (Array.isArray(value)) {
    const items = parts.flatMap((part) => (part.items ? [part.items as Schema] : []));
    if (items.length === 0) return [];
    return value.flatMap((item, n) =>
      unknownMembers(item, { anyOf: items }, defs, `${path}[${n}]`),
    );
  }
  if (parts.some(isOpen)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const named = parts.flatMap((part) => (part.properties as Defs | undefined)?.[name] ?? []);
    if (named.length === 0) return [`${path}.${name}`];
    return unknownMembers(inner, { anyOf: named }, defs, `${path}.${name}`);
  });
}

/** The schema with all that it is made of, by reference and by choice. */
function partsOf(schema: Schema, defs: Defs): Schema[] {
  const { $ref } = schema as { $ref?: string };
  const found = $ref === undefined ? undefined : defs[$ref.slice($ref.lastIndexOf('/') + 1)];
  const more = [schema.oneOf, schema.anyOf, schema.allOf].flat().filter(Boolean) as Schema[];
  return [schema, ...[found ?? [], more].flat().flatMap((part) => partsOf(part, defs))];
}

/** Says that it is an object, and not which members it has. */
function isOpen({ type, properties, additionalProperties }: Schema): boolean {
  const object = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return object && (properties === undefined || Boolean(additionalProperties));
}
