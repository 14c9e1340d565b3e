import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Answered, Observer } from '../../../../lib/local/playground/observer.ts';
import { findRoute } from '../../../../lib/local/playground/router.ts';
import type { Facts, Operation, Schema } from './extract-facts.ts';
import { formOfRoute } from './route-forms.ts';
import { unknownMembers } from './unknown-members.ts';

/** Facts about the REST API, by form of method and path. */
export const restFacts = factsIn<Operation>('rest.json');
/** Facts about webhooks, by `event.action`. */
export const webhookFacts = factsIn<Schema>('webhooks.json');

/** Holds all that a playground says against GitHub's own descriptions. */
export interface Conformance {
  readonly observer: Observer;
  /** What did not fit, a line each. */
  readonly faults: string[];
  /** Forms of operations with an answer that was not an error, and events, that were seen. */
  readonly seen: Set<string>;
}

/** What GitHub answers with where an operation's description leaves a status out. */
const plainError: Schema = { $ref: '#/$defs/basic-error' };

/**
 * Where GitHub's description contradicts GitHub: an account would be a user and an enterprise at once; of a violated rule
 * nothing is required, so that it is an invalid request as well, of which only one may be.
 */
const corrected: Record<string, Schema> = {
  'POST /repos/{}/{}/git/blobs 422': {
    anyOf: [
      { $ref: '#/$defs/validation-error' },
      { $ref: '#/$defs/repository-rule-violation-error' },
    ],
  },
  'GET /app/installations 200': { type: 'array', items: { $ref: '#/$defs/installation' } },
};

/** A fresh record. Schemas are compiled when the first answer comes that they are for. */
export function createConformance(): Conformance {
  const faults: string[] = [];
  const seen = new Set<string>();
  const tell = (about: string, found: readonly string[]) => {
    for (const fault of found)
      if (!faults.includes(`${about} ${fault}`)) faults.push(`${about} ${fault}`);
  };
  return {
    faults,
    seen,
    observer: {
      answered(answer) {
        const form = formOfAnswer(answer);
        if (form === undefined)
          return tell(`${answer.status}`, faultsOf(rest, plainError, answer.body));
        if (answer.status < 300) seen.add(form);
        tell(`${form} ${answer.status}`, answerFaults(form, answer));
      },
      happened(event, payload) {
        const name = typeof payload.action === 'string' ? `${event}.${payload.action}` : event;
        seen.add(name);
        const schema = webhookFacts.entries[name];
        // As it is sent: members that are undefined are not there.
        const sent: unknown = JSON.parse(JSON.stringify(payload));
        tell(name, schema ? faultsOf(webhooks, schema, sent) : ['is no event of GitHub']);
      },
    },
  };
}

function formOfAnswer({ method, path }: Answered): string | undefined {
  try {
    return formOfRoute(findRoute({ method, path }).route);
  } catch {
    return undefined;
  }
}

function answerFaults(form: string, { status, body }: Answered): string[] {
  // What a test makes go wrong on purpose, and bytes of a file.
  if (status >= 500 || Buffer.isBuffer(body)) return [];
  const schema = corrected[`${form} ${status}`] ?? restFacts.entries[form]?.answers[status];
  // GitHub answers 304 to any read that names what it has.
  if (schema === undefined && status < 400 && status !== 304)
    return ['is a status that GitHub does not give'];
  if (schema === null || status === 304) return body === undefined ? [] : ['has a body'];
  if (body === undefined) return ['has no body'];
  const sent = JSON.parse(JSON.stringify(body));
  // GitHub sends `status` with every error, and says so of few.
  if (status >= 400 && sent.status === String(status)) delete sent.status;
  return faultsOf(rest, schema ?? plainError, sent);
}

interface Checker {
  readonly facts: Facts<unknown>;
  compile(schema: Schema): ValidateFunction;
}
const rest = checkerOf(restFacts);
const webhooks = checkerOf(webhookFacts);

function checkerOf(facts: Facts<unknown>): Checker {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  // CommonJS under a default import.
  (addFormats as unknown as { default: (to: Ajv) => void }).default(ajv);
  ajv.addSchema({ $id: 'facts', $defs: facts.$defs });
  const compiled = new Map<string, ValidateFunction>();
  return {
    facts,
    compile(schema) {
      const text = JSON.stringify(schema).replaceAll('#/$defs/', 'facts#/$defs/');
      const found = compiled.get(text) ?? ajv.compile(JSON.parse(text));
      compiled.set(text, found);
      return found;
    },
  };
}

function faultsOf({ facts, compile }: Checker, schema: Schema, value: unknown): string[] {
  const validate = compile(schema);
  const wrong = validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  const unknown = unknownMembers(value, schema, facts.$defs);
  return [...wrong, ...unknown.map((path) => `${path}: GitHub has no such member`)];
}

function factsIn<Entry>(name: string): Facts<Entry> {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}
