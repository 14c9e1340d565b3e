type Scripts = Readonly<Record<string, string>>;

/** `npm run NAME` and its like, where no arguments follow. */
const call =
  /\b(?:npm|yarn|pnpm)(?: run(?:-script)?)?(?: -s| --silent)? ([\w:.-]+)(?: -s| --silent)?(?=\s*(?:$|&&|\|\||;|\)))/g;
const deepest = 5;

/**
 * What `npm run NAME` would run, with its steps before and after and with the scripts it calls written out,
 * so that the commands are the base's whatever a package.json says later. Undefined where there is nothing.
 */
export function scriptText(scripts: Scripts, name: string, depth = 0): string | undefined {
  const own = scripts[name]?.trim();
  if (!own) return undefined;
  const steps = [scripts[`pre${name}`], own, scripts[`post${name}`]]
    .map((step) => step?.trim())
    .filter((step): step is string => Boolean(step))
    .map((step) => writtenOut(scripts, step, depth));
  return steps.length === 1 ? steps[0] : steps.map((step) => `(${step})`).join(' && ');
}

function writtenOut(scripts: Scripts, text: string, depth: number): string {
  if (depth >= deepest) return text;
  return text.replace(call, (whole: string, name: string) => {
    const called = scriptText(scripts, name === 't' ? 'test' : name, depth + 1);
    return called === undefined ? whole : `(${called})`;
  });
}
