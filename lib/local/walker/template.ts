import { ConfigInvalid } from '../../domain/errors.ts';
import { evaluate, parseExpression } from './intrinsics.ts';
import type { View } from './paths.ts';

/**
 * Parameters, ItemSelector, ResultSelector: each member `name.$` becomes `name` with the value of its
 * path or intrinsic; all else stays as written. Throws `States.Runtime` or `States.IntrinsicFailure`.
 */
export function fillTemplate(template: unknown, view: View): unknown {
  return mapTemplate(template, (text) => evaluate(parseExpression(text), view));
}

/** Reads every path and intrinsic of a template. Throws `ConfigInvalid`. */
export function checkTemplate(template: unknown): void {
  mapTemplate(template, parseExpression);
}

function mapTemplate(template: unknown, fill: (expression: string) => unknown): unknown {
  if (Array.isArray(template)) return template.map((item) => mapTemplate(item, fill));
  if (typeof template !== 'object' || template === null) return template;
  const members = Object.entries(template).map(([name, value]) => {
    if (!name.endsWith('.$')) return [name, mapTemplate(value, fill)] as const;
    if (typeof value !== 'string') throw new ConfigInvalid(`the member ${name} must hold a path`);
    return [name.slice(0, -2), fill(value)] as const;
  });
  return Object.fromEntries(members);
}
