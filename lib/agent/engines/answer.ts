import * as z from 'zod';
import { HandoffInvalid } from '../../domain/errors.ts';
import type { Role, Submit } from '../../roles/role.ts';
import { jsonIn } from '../json-answer.ts';
import { parseArguments } from '../tool-specs.ts';
import { untrustedText } from '../untrusted-file.ts';
import { asObject, type Loose } from './json-line.ts';

/** Bytes that a program's answer may have. */
const answerLimit = 1024 ** 2;

/** What a role leaves in words: the submission that it chose, and its members. */
export interface Answer {
  readonly submit: Submit;
  readonly input: Record<string, unknown>;
}

/**
 * The form of a role's answer as one flat JSON object. Members of which only some are wanted, by `kind`, may be null:
 * where a provider holds a model to a form, it takes neither choices between objects nor members left out.
 */
export function answerSchema(role: Pick<Role, 'submits'>): Record<string, unknown> {
  const several = role.submits.length > 1;
  const properties: Record<string, unknown> = several
    ? { kind: { type: 'string', enum: role.submits.map(({ kind }) => kind) } }
    : {};
  for (const { schema, kind } of role.submits) {
    const form = plain(z.toJSONSchema(schema, { io: 'input' })) as { properties: Loose };
    for (const [name, given] of Object.entries(form.properties)) {
      properties[name] = several ? orNull(given as Loose, kind) : given;
    }
  }
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** The role's answer out of what its program left. Throws `HandoffInvalid`, with the faults. */
export function answerIn(role: Pick<Role, 'submits'>, left: unknown): Answer {
  const given = typeof left === 'string' ? objectOf(left) : asObject(left);
  if (given === undefined) {
    throw new HandoffInvalid(`the last message is no JSON object. ${expected(role)}`);
  }
  const submit =
    role.submits.length === 1
      ? role.submits[0]
      : role.submits.find(({ kind }) => kind === given.kind);
  if (submit === undefined) throw new HandoffInvalid(`kind is none of those. ${expected(role)}`);
  const known = Object.keys(submit.schema.shape);
  const input = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => known.includes(name) && value !== null),
  );
  const parsed = parseArguments(submit.schema, { input });
  if ('fault' in parsed) throw new HandoffInvalid(parsed.fault);
  return { submit, input: parsed.input as Record<string, unknown> };
}

/** How a program is told to leave its answer. */
export function answerWords(role: Pick<Role, 'submits'>): string {
  return `There is no tool to submit with. When you are done, let your last message be your result: one JSON object, and nothing before or after it. ${expected(role)}`;
}

/** What stands in the file that a program may leave its answer in. */
export async function fileAnswer(path: string): Promise<string | undefined> {
  const text = await untrustedText(path, answerLimit);
  return text === undefined || text.trim() === '' ? undefined : text;
}

function expected(role: Pick<Role, 'submits'>): string {
  return `Its form, as a JSON schema: ${JSON.stringify(answerSchema(role))}`;
}

/** The whole text, its last fenced block, or the first object in it. */
function objectOf(text: string): Loose | undefined {
  const block = text.split(/^```(?:json)?[ \t]*$/m).at(-2);
  for (const one of [text, block]) {
    try {
      const value = asObject(JSON.parse(one ?? ''));
      if (value !== undefined) return value;
    } catch {
      // Not that one.
    }
  }
  return jsonIn(text);
}

const kept = ['type', 'properties', 'required', 'items', 'enum', 'description'];

/** Without what only some providers understand: lengths and numbers are held here. */
function plain(schema: unknown): unknown {
  const given = asObject(schema);
  if (given === undefined) return schema;
  const entries = Object.entries(given).filter(([name]) => kept.includes(name));
  const form = Object.fromEntries(
    entries.map(([name, value]) => {
      if (name === 'items') return [name, plain(value)];
      if (name !== 'properties') return [name, value];
      const inner = Object.entries(asObject(value) ?? {});
      return [name, Object.fromEntries(inner.map(([key, one]) => [key, plain(one)]))];
    }),
  );
  return form.type === 'object' ? { ...form, additionalProperties: false } : form;
}

function orNull(form: Loose, kind: string): Loose {
  const said = form.description === undefined ? '' : `: ${form.description}`;
  return { ...form, type: [form.type, 'null'], description: `${kind} only${said}` };
}
