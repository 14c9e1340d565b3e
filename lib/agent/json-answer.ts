const mostTries = 50;

/**
 * The JSON object in a reply: the whole of it, or the first one that stands in prose or in a fenced block.
 * Undefined where there is none.
 */
export function jsonIn(reply: string): Record<string, unknown> | undefined {
  let from = reply.indexOf('{');
  for (let tries = 0; from >= 0 && tries < mostTries; tries += 1) {
    const end = endOfObject(reply, from);
    const value = end === undefined ? undefined : parsed(reply.slice(from, end));
    if (value !== undefined) return value;
    // A brace of prose or code: the next one may begin the object.
    from = reply.indexOf('{', from + 1);
  }
  return undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Where the object that begins at `from` is closed, braces in strings not counted. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
