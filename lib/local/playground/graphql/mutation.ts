import type { Principal } from '../principal.ts';
import type { setDraft } from '../pull-changes.ts';
import type { World } from '../world.ts';
import type { Field } from './parse.ts';

/** A fault of a query, told in the answer's `errors` with status 200. */
export class QueryError extends Error {
  readonly type: string | undefined;
  constructor(message: string, type?: string) {
    super(message);
    this.type = type;
  }
}

/** What a mutation needs to know of its caller. */
export interface Caller {
  readonly world: World;
  readonly principal: Principal;
  readonly actor: Parameters<typeof setDraft>[0]['actor'];
}

/** There is no node of that id, or none that the caller may see. */
export const unresolved = (id: string) =>
  new QueryError(`Could not resolve to a node with the global id of '${id}'`, 'NOT_FOUND');

/** The fields asked for. */
export function select(value: Record<string, unknown>, field: Field): Record<string, unknown> {
  const selected: Record<string, unknown> = {};
  for (const each of field.fields) {
    if (!(each.name in value)) throw new QueryError(`Field '${each.name}' doesn't exist`);
    const found = value[each.name];
    const nested = typeof found === 'object' && found !== null;
    selected[each.key] = nested ? select(found as Record<string, unknown>, each) : found;
  }
  return selected;
}
