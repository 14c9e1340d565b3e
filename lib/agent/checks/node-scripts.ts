type Scripts = Readonly<Record<string, string>>;

/** `npm run NAME` and its like, where no arguments follow. */
const call =
  /\b(?:npm|yarn|pnpm)(?: run(?:-script)?)?(?: -s| --silent)? ([\w:.-]+)(?: -s| --silent)?(?=\s*(?:$|&&|\|\||;|\)))/g;
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
  return text.replace(call, (whole: string, name: string) => {
    if (left.calls <= 0) return whole;
    left.calls -= 1;
    const called = stepsOf(scripts, name === 't' ? 'test' : name, depth + 1, left);
    return called === undefined ? whole : `(${called})`;
  });
}
