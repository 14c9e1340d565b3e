/** A shell line cut at `&&`, `||` and `;`: commands at even places, what joins them at odd ones. */
export function splitCommands(line: string): string[] {
  const parts = [''];
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    const two = line.slice(at, at + 2);
    if (quote === '' && (two === '&&' || two === '||' || char === ';')) {
      const joint = char === ';' ? ';' : two;
      parts.push(joint, '');
      at += joint.length - 1;
      continue;
    }
    if (char === '\\') {
      parts.push(`${parts.pop()}${two}`);
      at += 1;
      continue;
    }
    if (quote === '' ? char === '"' || char === "'" : char === quote) {
      quote = quote === '' ? char : '';
    }
    parts.push(`${parts.pop()}${char}`);
  }
  return parts;
}

const wrappers = new Set(['npx', 'cross-env', 'c8', 'nyc', 'exec', 'env', 'time', 'yarn', 'pnpm']);

/** The program that a command starts, behind variables and the usual wrappers. */
export function programOf(command: string): string {
  const words = command
    .trim()
    .replace(/^[({\s]+|[)}\s]+$/g, '')
    .split(/\s+/);
  const found = words.find(
    (word) => !(/^\w+=/.test(word) || word.startsWith('-') || wrappers.has(nameOf(word))),
  );
  return nameOf(found ?? '');
}

const nameOf = (word: string) =>
  word.slice(word.lastIndexOf('/') + 1).replace(/\.(js|cjs|mjs|cmd)$/, '');

/** A simple command's words, without their quotes. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}

/** The text as one shell word. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
