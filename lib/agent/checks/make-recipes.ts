/** A Makefile's rules and variables, as far as they can be told without running it. */
interface Makefile {
  readonly rules: Map<string, { needs: string[]; recipe: string[] }>;
  readonly variables: Map<string, string>;
  first: string | undefined;
}

const assignment = /^\s*(?:export\s+|override\s+)?([\w.-]+)\s*(?:::?|\?|\+)?=\s*(.*)$/;
const rule = /^([^\s#=:][^:=#]*?)\s*::?(?![=])\s*([^;]*)(?:;(.*))?$/;
const include = /^\s*(?:-|s)?include\s+(.+)$/;

/** Files that a Makefile includes, as it names them. */
export function includesOf(text: string): string[] {
  const { variables } = read(text);
  return linesOf(text).flatMap((line) => {
    const found = include.exec(line)?.[1];
    return found === undefined ? [] : expand(found, variables).trim().split(/\s+/);
  });
}

/** Names that `make` can be asked for, in the order of the file. */
export const targetsOf = (text: string): string[] => [...read(text).rules.keys()];

/** The shell lines that `make` may run for these targets; for none, those of the first one. */
export function recipesFor(text: string, targets: readonly string[]): string[] {
  const { rules, variables, first } = read(text);
  const open = targets.length > 0 ? [...targets] : first === undefined ? [] : [first];
  const seen = new Set<string>();
  const lines: string[] = [];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const found = rules.get(name);
    open.push(...(found?.needs ?? []));
    lines.push(...(found?.recipe ?? []));
  }
  return lines.map((line) => expand(line, variables).replace(/^[@+\s-]+/, ''));
}

function read(text: string): Makefile {
  const file: Makefile = { rules: new Map(), variables: new Map(), first: undefined };
  let recipes: string[][] = [];
  for (const line of linesOf(text)) {
    if (line.startsWith('\t')) {
      for (const recipe of recipes) recipe.push(line.trim());
      continue;
    }
    const [, name, value = ''] = assignment.exec(line) ?? [];
    if (name !== undefined) file.variables.set(name, value);
    const found = name === undefined ? rule.exec(line) : null;
    if (found !== null) recipes = addRule(file, found);
  }
  return file;
}

function addRule(file: Makefile, [, names = '', needs = '', inline]: RegExpExecArray): string[][] {
  return expand(names, file.variables)
    .split(/\s+/)
    .filter((name) => name !== '')
    .map((name) => {
      const one = file.rules.get(name) ?? { needs: [], recipe: [] };
      if (!name.startsWith('.')) file.first ??= name;
      one.needs.push(...expand(needs, file.variables).split(/\s+/).filter(Boolean));
      if (inline !== undefined) one.recipe.push(inline.trim());
      file.rules.set(name, one);
      return one.recipe;
    });
}

const linesOf = (text: string) => text.replace(/\\\r?\n\s*/g, ' ').split(/\r?\n/);

function expand(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > 5 || text.length > 20_000) return text;
  return text.replace(/\$[({]([\w.-]+)[)}]/g, (whole, name: string) => {
    const value = name === 'MAKE' ? 'make' : variables.get(name);
    return value === undefined ? whole : expand(value, variables, depth + 1);
  });
}
