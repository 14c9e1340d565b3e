import { createHash } from 'node:crypto';

/** A JSON Schema (draft 7), or a part of one. */
export type Schema = { readonly [key: string]: unknown };

/** What GitHub says of an operation: its id, and a schema by status; null where the answer has no JSON. */
export interface Operation {
  readonly id: string;
  readonly answers: Readonly<Record<string, Schema | null>>;
}

/** What is kept of one of GitHub's descriptions: schemas refer to `$defs`. */
export interface Facts<Entry> {
  /** The npm package it is from, with its version. */
  readonly source: string;
  readonly entries: Readonly<Record<string, Entry>>;
  readonly $defs: Readonly<Record<string, Schema>>;
}

/** The parts of an OpenAPI document that are read. */
export interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly webhooks?: Readonly<Record<string, { readonly post: OpenApiOperation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses?: Readonly<Record<string, OpenApiAnswer>>;
  };
}
interface OpenApiOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, OpenApiAnswer>>;
  readonly requestBody?: OpenApiAnswer;
}
interface OpenApiAnswer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** A route's or a path's form, with nothing of what its parameters are called. */
export function formOf(method: string, path: string): string {
  return `${method} ${path.replace(/[:*]\w+|\{\w+\}/g, '{}')}`;
}

/** The operations that have one of the forms. Throws where GitHub knows none of a form. */
export function restFacts(source: string, api: OpenApi, forms: readonly string[]) {
  const found = new Map<string, OpenApiOperation>();
  for (const [path, methods] of Object.entries(api.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      found.set(formOf(method.toUpperCase(), path), operation);
    }
  }
  const entries = forms.map((form): [string, Operation] => {
    const operation = found.get(form);
    if (operation === undefined) throw new Error(`GitHub has no operation ${form}`);
    const answers = Object.entries(operation.responses).map(([status, answer]) => {
      const name = answer.$ref?.replace('#/components/responses/', '') ?? '';
      const schema = schemaOf(api.components.responses?.[name] ?? answer);
      return [status, schema ?? null] as const;
    });
    return [form, { id: operation.operationId, answers: Object.fromEntries(answers) }];
  });
  return factsOf(source, api, Object.fromEntries(entries));
}

/** The payloads of events, each by `event` or `event.action`. */
export function webhookFacts(source: string, api: OpenApi, names: readonly string[]) {
  const entries = names.map((name): [string, Schema] => {
    const [event = '', action = ''] = name.split('.');
    const key = [event, action].filter(Boolean).join('-').replaceAll('_', '-');
    const body = api.webhooks?.[key]?.post.requestBody;
    const schema = body && schemaOf(body);
    if (schema === undefined) throw new Error(`GitHub has no event ${name}`);
    return [name, schema];
  });
  return factsOf(source, api, Object.fromEntries(entries));
}

function schemaOf(answer: OpenApiAnswer): Schema | undefined {
  const { schema } = answer.content?.['application/json'] ?? {};
  return schema && (plain(schema) as Schema);
}

/** With all schemas that are referred to, however far away. */
function factsOf<Entry>(
  source: string,
  api: OpenApi,
  entries: Record<string, Entry>,
): Facts<Entry> {
  const wanted = referredIn(entries);
  const defs: Record<string, Schema> = {};
  for (const name of wanted) {
    const schema = api.components.schemas[name];
    if (schema === undefined) throw new Error(`GitHub has no schema ${name}`);
    defs[name] = plain(schema) as Schema;
    for (const next of referredIn(defs[name])) wanted.add(next);
  }
  const once = shared({ entries, defs });
  const sorted = Object.entries(once.defs).sort(([a], [b]) => (a < b ? -1 : 1));
  return { source, entries: once.entries, $defs: Object.fromEntries(sorted) };
}

/** Smaller schemas are not worth a name of their own. */
const sharedFrom = 300;

/** Large objects inside of schemas, which GitHub writes out again and again, once and by their digest. */
function shared<T extends { defs: Record<string, Schema> }>(facts: T): T {
  const found: Record<string, Schema> = {};
  const walk = (value: unknown, top: boolean): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => walk(item, false));
    const inner = Object.entries(value).map(([key, part]) => [key, walk(part, false)]);
    const schema: Schema = Object.fromEntries(inner);
    const text = JSON.stringify(schema);
    if (top || typeof schema.properties !== 'object' || text.length < sharedFrom) return schema;
    // Properties may be called "properties" and "type": of a schema the type is a word or a list.
    if (typeof schema.type !== 'string' && !Array.isArray(schema.type)) return schema;
    const name = `object-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
    found[name] = schema;
    return { $ref: `#/$defs/${name}` };
  };
  const defs = Object.entries(facts.defs).map(([name, schema]) => [name, walk(schema, true)]);
  const rest = walk({ ...facts, defs: {} }, true) as T;
  return { ...rest, defs: { ...Object.fromEntries(defs), ...found } };
}

function referredIn(value: unknown): Set<string> {
  const text = JSON.stringify(value);
  return new Set([...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name ?? ''));
}

const kept = new Set(
  `$ref type properties required items enum oneOf anyOf allOf format nullable additionalProperties
   minimum maximum minLength maxLength minItems maxItems pattern`.split(/\s+/),
);

/** The schema without words for people, and with OpenAPI's `nullable` said as JSON Schema says it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...schema } = Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => kept.has(key))
      .map(([key, inner]) => [key, member(key, inner)]),
  );
  if (nullable !== true) return schema;
  // Beside $ref, oneOf and their like `nullable` has no `type` to be added to.
  if (typeof schema.type !== 'string' || schema.enum !== undefined) {
    return { anyOf: [schema, { type: 'null' }] };
  }
  return { ...schema, type: [schema.type, 'null'] };
}

function member(key: string, inner: unknown): unknown {
  if (key === '$ref') return String(inner).replace('#/components/schemas/', '#/$defs/');
  if (key === 'enum' || key === 'required' || key === 'type') return inner;
  if (key !== 'properties') return plain(inner);
  return Object.fromEntries(
    Object.entries(inner as object).map(([name, schema]) => [name, plain(schema)]),
  );
}
