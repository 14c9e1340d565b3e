/** An object of a program's own making: every member may be missing or something else. */
export type Loose = Readonly<Record<string, unknown>>;

/** A line as an object, or undefined where it is none: programs also print notes. */
export function objectIn(line: string): Loose | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The value where it is an object, not a list; else undefined. */
export function asObject(value: unknown): Loose | undefined {
  const is = typeof value === 'object' && value !== null && !Array.isArray(value);
  return is ? (value as Loose) : undefined;
}

/** The objects of a list; none where it is no list. */
export function objectsIn(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.map(asObject).filter((one) => one !== undefined) : [];
}

/** The value where it is text with something in it. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** What the ledger is told of a tool call: a name, and at most a command or a path, cut short. */
export function toolFacts(tool: unknown, given: unknown): Record<string, unknown> {
  const input = asObject(given) ?? {};
  const command = textIn(input.command) ?? textIn(input.cmd);
  const path = textIn(input.file_path) ?? textIn(input.filePath) ?? textIn(input.path);
  return {
    tool: String(tool ?? 'unknown').slice(0, 80),
    ...(command === undefined ? {} : { command: command.slice(0, 200) }),
    ...(path === undefined ? {} : { path: path.slice(0, 300) }),
  };
}
