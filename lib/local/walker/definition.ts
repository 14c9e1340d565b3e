import { createHash } from 'node:crypto';
import { ConfigInvalid } from '../../domain/errors.ts';
import { checkMachine } from './check.ts';
import { type Definition, definitionSchema } from './schema.ts';

/** A definition that the walker can walk, with the digest that a run is pinned to. */
export interface LoadedDefinition {
  readonly definition: Definition;
  /** SHA-256, hex, of the text before substitution. */
  readonly digest: string;
}

/**
 * Reads a state machine in the Amazon States Language (JSONPath). Each `${name}` in the text is replaced as
 * DefinitionSubstitutions does. Throws `ConfigInvalid`, naming the member, where the text is no JSON, a
 * placeholder has no value, or a feature is used that the walker does not have.
 */
export function loadDefinition(
  text: string,
  substitutions: Readonly<Record<string, string>>,
): LoadedDefinition {
  const digest = createHash('sha256').update(text).digest('hex');
  const found = definitionSchema.safeParse(parse(substitute(text, substitutions)));
  if (!found.success) {
    const problems = found.error.issues.map(
      (issue) => `${issue.path.join('.') || 'definition'}: ${issue.message}`,
    );
    throw new ConfigInvalid(`state machine: ${problems.join('; ')}`);
  }
  checkMachine(found.data);
  return { definition: found.data, digest };
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^}]*)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new ConfigInvalid(`state machine: ${placeholder} has no value`);
    return JSON.stringify(value).slice(1, -1);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigInvalid(`state machine: not JSON: ${(cause as Error).message}`, { cause });
  }
}
