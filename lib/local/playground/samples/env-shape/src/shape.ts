import type { Kind } from './kinds.ts';
import { type EnvFault, parseLines } from './lines.ts';

/** The variables that a program needs. */
export type Shape = Readonly<Record<string, Kind<unknown>>>;
/** The values of a shape, with the type that each kind gives. */
export type Values<S extends Shape> = { readonly [Name in keyof S]: S[Name] extends Kind<infer T> ? T : never };

/** Every fault of an environment at once. */
export class EnvError extends Error {
  readonly faults: readonly EnvFault[];
  constructor(faults: readonly EnvFault[]) {
    super(faults.map(({ name, reason }) => `${name} ${reason}`).join('\n'));
    this.name = 'EnvError';
    this.faults = faults;
  }
}

/** Reads text (or values that are there already, an environment, say) by a shape. Throws `EnvError`. */
export function readEnv<S extends Shape>(
  shape: S,
  source: string | Readonly<Record<string, string | undefined>>,
): Values<S> {
  const given = typeof source === 'string' ? Object.fromEntries(parseLines(source)) : source;
  const faults: EnvFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(shape)) {
    const text = given[name];
    if (text === undefined || text === '') {
      if (kind.otherwise) values[name] = kind.otherwise.value;
      else faults.push({ name, reason: `is missing: ${kind.takes}` });
      continue;
    }
    values[name] = kind.read(text);
    if (values[name] === undefined) faults.push({ name, reason: `is not ${kind.takes}` });
  }
  if (faults.length > 0) throw new EnvError(faults);
  return values as Values<S>;
}
