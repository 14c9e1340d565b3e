import { ConfigInvalid } from '../../domain/errors.ts';
import { StateFailure } from './failure.ts';
import { parsePath, pathPattern, readPath, type View } from './paths.ts';

/** A path, a literal, or a call of an intrinsic function. */
export type Expression =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

const functions: Record<string, (args: readonly unknown[]) => unknown> = {
  'States.MathAdd': mathAdd,
  'States.Format': format,
  'States.Array': (args) => args,
  'States.ArrayGetItem': arrayGetItem,
};
/** Calls inside calls, as in Step Functions. */
const depthLimit = 10;

/** Parses the value of a member whose name ends in `.$`. Throws `ConfigInvalid`. */
export function parseExpression(text: string): Expression {
  if (!text.startsWith('$') && !text.startsWith('States.')) {
    throw new ConfigInvalid(`${JSON.stringify(text)} is neither a path nor an intrinsic function`);
  }
  if (text.startsWith('$')) {
    parsePath(text);
    return { kind: 'path', path: text };
  }
  const reader = { text, at: 0 };
  const expression = parseArgument(reader, 0);
  if (reader.at !== text.length) throw unreadable(reader);
  return expression;
}

/** The value of an expression. Throws `States.Runtime` or `States.IntrinsicFailure`. */
export function evaluate(expression: Expression, view: View): unknown {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'path') return readPath(expression.path, view);
  const args = expression.args.map((arg) => evaluate(arg, view));
  return functions[expression.name]?.(args);
}

interface Reader {
  readonly text: string;
  at: number;
}

function take(reader: Reader, pattern: string): string | undefined {
  const found = new RegExp(pattern, 'uy');
  found.lastIndex = reader.at;
  const match = found.exec(reader.text)?.[0];
  reader.at += match?.length ?? 0;
  return match;
}

function parseArgument(reader: Reader, depth: number): Expression {
  take(reader, ' *');
  const path = take(reader, pathPattern);
  if (path !== undefined) {
    parsePath(path);
    return { kind: 'path', path };
  }
  const quoted = take(reader, String.raw`'(?:[^'\\]|\\.)*'`);
  if (quoted !== undefined) {
    return { kind: 'literal', value: quoted.slice(1, -1).replaceAll("\\'", "'") };
  }
  const plain = take(reader, String.raw`-?\d+(?:\.\d+)?|true|false|null`);
  if (plain !== undefined) return { kind: 'literal', value: JSON.parse(plain) };
  return parseCall(reader, depth);
}

function parseCall(reader: Reader, depth: number): Expression {
  const name = take(reader, String.raw`States\.[A-Za-z0-9]+(?=\()`);
  if (name === undefined || depth >= depthLimit) throw unreadable(reader);
  if (!Object.hasOwn(functions, name)) {
    throw new ConfigInvalid(`${name} is not supported: only ${Object.keys(functions).join(', ')}`);
  }
  take(reader, String.raw`\(`);
  const args = [parseArgument(reader, depth + 1)];
  while (take(reader, ' *, *') !== undefined) args.push(parseArgument(reader, depth + 1));
  if (take(reader, String.raw` *\)`) === undefined) throw unreadable(reader);
  return { kind: 'call', name, args };
}

function unreadable(reader: Reader): ConfigInvalid {
  return new ConfigInvalid(
    `cannot read the intrinsic ${JSON.stringify(reader.text)} at character ${reader.at + 1}`,
  );
}

function mathAdd(args: readonly unknown[]): number {
  const [a, b] = args;
  if (args.length !== 2 || typeof a !== 'number' || typeof b !== 'number') {
    throw new StateFailure('States.IntrinsicFailure', 'States.MathAdd takes two numbers');
  }
  return Math.round(a) + Math.round(b);
}

function arrayGetItem(args: readonly unknown[]): unknown {
  const [list, at] = args;
  if (args.length !== 2 || !Array.isArray(list) || typeof at !== 'number' || !(at in list)) {
    throw new StateFailure(
      'States.IntrinsicFailure',
      'States.ArrayGetItem takes a list and a place in it',
    );
  }
  return list[at];
}

function format(args: readonly unknown[]): string {
  const [template, ...values] = args;
  if (typeof template !== 'string') {
    throw new StateFailure('States.IntrinsicFailure', 'States.Format takes a string first');
  }
  let used = 0;
  const text = template.replace(/\\([{}\\])|\{\}/g, (_match, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const value = values[used++];
    if (typeof value === 'object' && value !== null) {
      throw new StateFailure('States.IntrinsicFailure', 'States.Format takes no object or array');
    }
    return String(value);
  });
  if (used !== values.length) {
    throw new StateFailure(
      'States.IntrinsicFailure',
      `States.Format has ${used} places for ${values.length} values`,
    );
  }
  return text;
}
