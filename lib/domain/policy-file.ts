import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigInvalid } from './errors.ts';
import { nearest } from './nearest.ts';
import { type Policy, policyJsonSchema, policyPath, policySchema } from './policy.ts';

/** Rules that fit are far smaller; a larger file is not read. */
const maxBytes = 256 * 1024;

/** One thing wrong in the file. */
export interface PolicyFault {
  /** From 1. */
  readonly line: number;
  /** Dotted, `checks.test`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

type Document = ReturnType<typeof parseDocument>;
type Issue = z.core.$ZodIssue;

/** Parses `.entropy.yml`. Throws `ConfigInvalid` with line, key and what is allowed of every fault. */
export function parsePolicy(text: string, name: string = policyPath): Policy {
  const read = readPolicy(text);
  if ('policy' in read) return read.policy;
  throw new ConfigInvalid(faultLines(read.faults, name).join('\n'));
}

/** A line for each fault: file, line, key, what is wrong. */
export function faultLines(faults: readonly PolicyFault[], name: string): string[] {
  return faults.map(
    ({ line, key, message }) => `${name}:${line}: ${key === '' ? message : `${key}: ${message}`}`,
  );
}

/** The rules, or all that is wrong with them, in the order of the lines. */
export function readPolicy(text: string): { policy: Policy } | { faults: readonly PolicyFault[] } {
  if (Buffer.byteLength(text) > maxBytes) return refused(1, `larger than ${maxBytes / 1024} KiB`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.slice(0, 20).map(({ pos, message }) => {
      return { line: lines.linePos(pos[0]).line, key: '', message: `not YAML: ${message}` };
    });
    return { faults };
  }
  let value: unknown;
  try {
    // Aliases are bounded, so that a small file can't become a large value.
    value = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return refused(1, (error as Error).message);
  }
  const parsed = policySchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { policy: parsed.data };
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document, path)).line;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, lineOf));
  return { faults: faults.sort((a, b) => a.line - b.line) };
}

function refused(line: number, message: string) {
  return { faults: [{ line, key: '', message }] };
}

function faultsOf(issue: Issue, lineOf: (path: readonly PropertyKey[]) => number): PolicyFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { line: lineOf(path), key: path.join('.'), message: unknownKey(issue.path, key) };
    });
  }
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  const near = issue.code === 'invalid_value' ? nearValue(issue) : '';
  return [{ line: lineOf(issue.path), key: issue.path.join('.'), message: message + near }];
}

function nearValue({ values, input }: Issue & { code: 'invalid_value' }): string {
  if (typeof input !== 'string') return '';
  const found = nearest(input, values.map(String));
  return found === undefined ? '' : `; did you mean ${found}?`;
}

/** The part of a JSON schema that keys are looked up in. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const whole = policyJsonSchema() as Node;
  const place = path.reduce<Node | undefined>((at, step) => at?.properties?.[String(step)], whole);
  const known = Object.keys(place?.properties ?? {});
  const near = nearest(key, known);
  if (near !== undefined) return `unknown key; did you mean ${[...path, near].join('.')}?`;
  const elsewhere = keysOf(whole, []).filter((dotted) => dotted.split('.').at(-1) === key);
  if (elsewhere.length > 0) return `unknown key here; did you mean ${elsewhere.join(' or ')}?`;
  return `unknown key; known here: ${known.join(', ')}`;
}

function keysOf({ properties = {} }: Node, path: readonly string[]): string[] {
  return Object.entries(properties).flatMap(([key, node]) => {
    const here = [...path, key];
    return [here.join('.'), ...keysOf(node, here)];
  });
}

/** Where the key of that path stands, or the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (!isScalar(pair?.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as { range?: [number] } | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
