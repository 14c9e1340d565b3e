import { RequestInvalid } from '../../../domain/errors.ts';

/** A JSON object as it came. */
export type Members = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one where it is none. */
export function membersOf(value: unknown): Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Members)
    : {};
}

/** The value as an object. Throws `RequestInvalid`. */
export function objectAt(value: unknown, what: string): Members {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Members;
  throw new RequestInvalid(`${what} must be an object`);
}

/** Most entries that a list of a request may have. */
const mostEntries = 5000;

/** The value as a list; an empty one where there is none. Throws `RequestInvalid`. */
export function listAt(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length <= mostEntries) return value;
  throw new RequestInvalid(`${what} must be a list of at most ${mostEntries}`);
}

/** The value where it is a text, else the empty one. */
export const textAt = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The members that may go on, and the names of those that may not. */
export function allowed(
  request: Members,
  names: ReadonlySet<string>,
): { body: Record<string, unknown>; dropped: readonly string[] } {
  const entries = Object.entries(request);
  return {
    body: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    dropped: entries
      .filter(([name, value]) => !names.has(name) && value !== undefined && value !== null)
      .map(([name]) => name.slice(0, 40))
      .slice(0, 20),
  };
}

/** Throws `RequestInvalid` where one of the members is there and not empty. */
export function refuseMembers(request: Members, refused: Readonly<Record<string, string>>): void {
  for (const [name, why] of Object.entries(refused)) {
    const value = request[name];
    const empty = value === undefined || value === null || value === false;
    if (!empty && !(Array.isArray(value) && value.length === 0)) {
      throw new RequestInvalid(`${name} is not allowed here: ${why}`);
    }
  }
}

/** Throws `RequestInvalid` for a kind that is not among the known ones. */
export function refuseKind(kind: unknown, known: ReadonlySet<string>, what: string): void {
  if (typeof kind === 'string' && known.has(kind)) return;
  const told = JSON.stringify(kind)?.slice(0, 80) ?? 'none';
  throw new RequestInvalid(`${what} of type ${told} is not allowed here`);
}

/** Most tokens that a reply may have, whatever its client asks for. */
const mostOutput = 32_000;

/** The limit that a client set, held to ours; ours where it set none. */
export function cappedTokens(asked: unknown): number {
  const fits = typeof asked === 'number' && Number.isInteger(asked) && asked >= 1;
  return fits ? Math.min(asked, mostOutput) : mostOutput;
}
