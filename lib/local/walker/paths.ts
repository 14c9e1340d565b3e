import { ConfigInvalid } from '../../domain/errors.ts';
import { runtimeFailure, StateFailure } from './failure.ts';

/** What a path can see: `$` is the data, `$$` the context object. */
export interface View {
  readonly data: unknown;
  readonly context: unknown;
}

/** A parsed path. */
export interface Path {
  readonly root: 'data' | 'context';
  readonly steps: readonly (string | number)[];
}

/** Source of the regular expression for one path: members by name or `['name']`, elements by `[n]`. */
export const pathPattern = String.raw`\$\$?(?:\.[\p{L}\p{N}_-]+|\[\d+\]|\['[^'\\]*'\])*`;
const wholePath = new RegExp(`^${pathPattern}$`, 'u');

/** The only members of the context object that are the same on every walk of a run. */
const stableContext = /^(Execution\.(Name$|Input\b)|State\.(Name|RetryCount)$|Map\.Item\b)/;

/** Parses a path of the supported subset. Throws `ConfigInvalid`. */
export function parsePath(text: string): Path {
  if (!wholePath.test(text)) {
    throw new ConfigInvalid(
      `the path ${JSON.stringify(text)} is not supported: only $.name, ['name'] and [0] are`,
    );
  }
  const root = text.startsWith('$$') ? 'context' : 'data';
  const steps = [...text.matchAll(/\.([\p{L}\p{N}_-]+)|\[(\d+)\]|\['([^'\\]*)'\]/gu)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
  if (root === 'context' && !stableContext.test(steps.join('.'))) {
    throw new ConfigInvalid(
      `the context path ${text} is not supported: a run that is walked again must read the same value`,
    );
  }
  return { root, steps };
}

/** Looks a path up; `found` is false where a member is missing. */
export function lookUp(text: string, view: View): { found: boolean; value: unknown } {
  const { root, steps } = parsePath(text);
  let value = view[root];
  for (const step of steps) {
    const isElement = typeof step === 'number' && Array.isArray(value) && step < value.length;
    const isMember = typeof step === 'string' && isObject(value) && Object.hasOwn(value, step);
    if (!isElement && !isMember) return { found: false, value: undefined };
    value = (value as Record<string | number, unknown>)[step];
  }
  return { found: true, value };
}

/** The value at a path. Throws `States.Runtime` where there is none. */
export function readPath(text: string, view: View): unknown {
  const { found, value } = lookUp(text, view);
  if (!found) throw runtimeFailure(`the path ${text} could not be found in the state's data`);
  return value;
}

/** InputPath, OutputPath: absent is `$`, null is an empty object. */
export function selectPath(path: string | null | undefined, view: View): unknown {
  if (path === null) return {};
  return readPath(path ?? '$', view);
}

/** Parses a ResultPath: members of the data only. Throws `ConfigInvalid`. */
export function parseResultPath(text: string): readonly string[] {
  const { root, steps } = parsePath(text);
  if (root === 'context' || steps.some((step) => typeof step === 'number')) {
    throw new ConfigInvalid(
      `the ResultPath ${text} is not supported: only $.name and ['name'] are`,
    );
  }
  return steps as readonly string[];
}

/** ResultPath: puts the result into a copy of the input. Throws `States.ResultPathMatchFailure`. */
export function placeResult(
  path: string | null | undefined,
  input: unknown,
  result: unknown,
): unknown {
  if (path === null) return input;
  return placeAt(parseResultPath(path ?? '$'), input, result);
}

function placeAt(steps: readonly string[], target: unknown, result: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return result;
  if (!isObject(target)) {
    throw new StateFailure(
      'States.ResultPathMatchFailure',
      `the result cannot be placed at member ${step}: the input there is no object`,
    );
  }
  const inner = Object.hasOwn(target, step) ? target[step] : {};
  return { ...target, [step]: placeAt(rest, inner, result) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
