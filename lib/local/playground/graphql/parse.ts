/** One field of a selection, its arguments already filled in from the variables. */
export interface Field {
  readonly name: string;
  /** Name in the answer. */
  readonly key: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly fields: readonly Field[];
}

export interface Operation {
  readonly kind: string;
  readonly name: string | undefined;
  readonly fields: readonly Field[];
}

/** The document is not GraphQL, or uses a part of it that the playground has not. */
export class GraphqlSyntaxError extends Error {}

const token =
  /[\s,\uFEFF]+|#[^\n]*|("(?:\\.|[^"\\\n])*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|\.\.\.|[!$():=@[\]{}|])/y;
const depthLimit = 20;

/** Parses a document without fragments and directives. */
export function parseGraphql(
  text: string,
  variables: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  const reader = createReader(tokenize(text));
  const operations: Operation[] = [];
  while (reader.peek() !== undefined) operations.push(parseOperation(reader, variables));
  return operations;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new GraphqlSyntaxError(`Parse error at character ${at}`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

interface Reader {
  peek(): string | undefined;
  take(wanted?: string): string;
  /** Takes the token if it is the next one. */
  skip(wanted: string): boolean;
}

function createReader(tokens: readonly string[]): Reader {
  let at = 0;
  const take = (wanted?: string) => {
    const next = tokens[at];
    if (next === undefined || (wanted !== undefined && next !== wanted)) {
      const place = next === undefined ? 'end of document' : `"${next}"`;
      throw new GraphqlSyntaxError(
        `Parse error on ${place}${wanted ? `, expected "${wanted}"` : ''}`,
      );
    }
    at += 1;
    return next;
  };
  return {
    peek: () => tokens[at],
    take,
    skip(wanted) {
      if (tokens[at] !== wanted) return false;
      at += 1;
      return true;
    },
  };
}

function parseOperation(reader: Reader, given: Readonly<Record<string, unknown>>): Operation {
  if (reader.peek() === '{') {
    return { kind: 'query', name: undefined, fields: parseFields(reader, given, 0) };
  }
  const kind = reader.take();
  if (!['query', 'mutation', 'subscription'].includes(kind)) {
    throw new GraphqlSyntaxError(`Parse error on "${kind}"`);
  }
  const named = reader.peek() !== '(' && reader.peek() !== '{';
  const name = named ? reader.take() : undefined;
  const variables = { ...given };
  if (reader.skip('(')) {
    while (!reader.skip(')')) {
      reader.take('$');
      const variable = reader.take();
      reader.take(':');
      while (/^[[\]!\w]+$/.test(reader.peek() ?? '')) reader.take();
      if (reader.skip('=')) variables[variable] ??= parseValue(reader, {}, 0);
    }
  }
  return { kind, name, fields: parseFields(reader, variables, 0) };
}

function parseFields(
  reader: Reader,
  variables: Readonly<Record<string, unknown>>,
  depth: number,
): Field[] {
  if (depth > depthLimit) throw new GraphqlSyntaxError('The query is nested too deeply');
  reader.take('{');
  const fields: Field[] = [];
  while (!reader.skip('}')) {
    const first = reader.take();
    if (!/^\w+$/.test(first)) throw new GraphqlSyntaxError(`Parse error on "${first}"`);
    const name = reader.skip(':') ? reader.take() : first;
    const args: Record<string, unknown> = {};
    if (reader.skip('(')) {
      while (!reader.skip(')')) {
        const arg = reader.take();
        reader.take(':');
        args[arg] = parseValue(reader, variables, depth);
      }
    }
    const nested = reader.peek() === '{' ? parseFields(reader, variables, depth + 1) : [];
    fields.push({ name, key: first, args, fields: nested });
  }
  return fields;
}

function parseValue(
  reader: Reader,
  variables: Readonly<Record<string, unknown>>,
  depth: number,
): unknown {
  if (depth > depthLimit) throw new GraphqlSyntaxError('The query is nested too deeply');
  if (reader.skip('$')) return variables[reader.take()];
  if (reader.skip('[')) {
    const items: unknown[] = [];
    while (!reader.skip(']')) items.push(parseValue(reader, variables, depth + 1));
    return items;
  }
  if (reader.skip('{')) {
    const value: Record<string, unknown> = {};
    while (!reader.skip('}')) {
      const key = reader.take();
      reader.take(':');
      value[key] = parseValue(reader, variables, depth + 1);
    }
    return value;
  }
  const text = reader.take();
  if (/^["\-\d]|^(?:true|false|null)$/.test(text)) return JSON.parse(text);
  return text;
}
