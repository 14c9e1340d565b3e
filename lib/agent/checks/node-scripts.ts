type Scripts = Readonly<Record<string, string>>;

/** `npm run NAME` and its like, where no arguments follow. */
const call =
  /\b(?:npm|yarn|pnpm)(?: run(?:-script)?)?(?: -s| --silent)? ([\w:.-]+)(?: -s| --silent)?(?=\s*(?:$|&&|\|\||;|\)))/g;
/** Variables set for one command; none whose value has to run another. */
const settings = /^(?:[A-Za-z_]\w*=(?:"[^"`$\\]*"|'[^']*'|\$\w+|[^\s"'`$\\();&|<>])*[ \t]+)+$/;
/** Programs that start what their words name, without a shell. */
const wrapper = /^(?:npx\s+)?(?:cross-env|c8|nyc|env|time|xvfb-run)\s/;
/** A program and its words, with nothing that needs a shell of its own. */
const simple =
  /^(?!(?:cd|exit|exec|eval|export|set|source|if|for|while|until|case)\b)[\w@./][^=&|;<>()$`\\\n#]*$/;
/** A command's text before a call that is looked at, in characters. */
const longest = 1000;
const deepest = 5;
/** Calls written out in all: scripts that call each other many times over would multiply. */
const mostCalls = 100;

/**
 * What `npm run NAME` would run, with its steps before and after and with the scripts it calls written out,
 * so that the commands are the base's whatever a package.json says later. Undefined where there is nothing.
 */
export function scriptText(scripts: Scripts, name: string): string | undefined {
  return stepsOf(scripts, name, 0, { calls: mostCalls });
}

function stepsOf(
  scripts: Scripts,
  name: string,
  depth: number,
  left: { calls: number },
): string | undefined {
  const own = scripts[name]?.trim();
  if (!own) return undefined;
  const steps = [scripts[`pre${name}`], own, scripts[`post${name}`]]
    .map((step) => step?.trim())
    .filter((step): step is string => Boolean(step))
    .map((step) => writtenOut(scripts, step, depth, left));
  return steps.length === 1 ? steps[0] : steps.map((step) => `(${step})`).join(' && ');
}

function writtenOut(
  scripts: Scripts,
  text: string,
  depth: number,
  left: { calls: number },
): string {
  if (depth >= deepest) return text;
  let written = '';
  let from = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(call)) {
    if (left.calls <= 0) break;
    left.calls -= 1;
    const before = commandBefore(text, index);
    if (before === undefined) continue;
    const called = stepsOf(scripts, name === 't' ? 'test' : name, depth + 1, left);
    const instead = called === undefined ? undefined : inPlace(called, before);
    if (instead === undefined) continue;
    const start = text.slice(from, index - before.length);
    // bash takes `((` for arithmetic.
    written += start + (/\($/.test(start) && instead.startsWith('(') ? ' ' : '') + instead;
    from = index + whole.length;
  }
  return written + text.slice(from);
}

/** A command, and what stood before its call, as one; undefined where no shell would read it so. */
function inPlace(called: string, before: string): string | undefined {
  const space = /^\s*/.exec(before)?.[0] ?? '';
  const own = before.slice(space.length);
  if (own === '') return `${space}(${called.startsWith('(') ? ' ' : ''}${called})`;
  if (settings.test(own)) {
    const names = [...own.matchAll(/(?:^|[ \t])([A-Za-z_]\w*)=/g)].map(([, name]) => name);
    return `${space}(${own.trim()}; export ${names.join(' ')}; ${called})`;
  }
  return wrapper.test(own) && simple.test(called) ? `${before}${called}` : undefined;
}

/** What the command that is being written at this place has said so far; undefined within quotes. */
function commandBefore(text: string, at: number): string | undefined {
  let quote = '';
  let start = 0;
  for (let n = 0; n < at; n += 1) {
    const char = text.charAt(n);
    if (char === '\\' && quote !== "'") n += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (/[&|;\n]/.test(char) || (char === '(' && text.charAt(n - 1) !== '$')) start = n + 1;
  }
  return quote !== '' || at - start > longest ? undefined : text.slice(start, at);
}
