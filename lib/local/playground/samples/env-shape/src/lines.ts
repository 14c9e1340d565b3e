/** What is wrong, and where. Never holds a value: most of them are secrets. */
export interface EnvFault {
  readonly name: string;
  readonly reason: string;
}

/** A line that is not of the form NAME=value. */
export class EnvSyntaxError extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.name = 'EnvSyntaxError';
    this.line = line;
  }
}

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const escapes: Record<string, string> = { n: '\n', t: '\t', '"': '"', '\\': '\\' };

/** The values of .env text by name; the last of several lines wins. Throws `EnvSyntaxError`. */
export function parseLines(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const match = assignment.exec(trimmed);
    if (!match) throw new EnvSyntaxError(at + 1, 'is not NAME=value');
    const [, name = '', rest = ''] = match;
    values.set(name, valueOf(rest, at + 1));
  }
  return values;
}

function valueOf(rest: string, line: number): string {
  if (rest.startsWith("'")) {
    const end = rest.indexOf("'", 1);
    if (end === -1) throw new EnvSyntaxError(line, 'has a single quote that is not closed');
    return quoted(rest.slice(1, end), rest.slice(end + 1), line);
  }
  if (rest.startsWith('"')) {
    const match = /^"((?:\\.|[^"\\])*)"(.*)$/.exec(rest);
    if (!match) throw new EnvSyntaxError(line, 'has a double quote that is not closed');
    const inside = (match[1] ?? '').replace(/\\(.)/g, (whole, one: string) => escapes[one] ?? whole);
    return quoted(inside, match[2] ?? '', line);
  }
  return rest.replace(/(^|\s)#.*$/, '').trim();
}

function quoted(value: string, after: string, line: number): string {
  if (/^\s*(#.*)?$/.test(after)) return value;
  throw new EnvSyntaxError(line, 'goes on after its closing quote');
}
