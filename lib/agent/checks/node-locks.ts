/** Lines of a lock file that its base does not have. */
function newLines(base: string, change: string): string[] {
  const known = new Set(base.split('\n'));
  return change.split('\n').filter((line) => !known.has(line));
}

/** What takes a package from elsewhere than the registry, or another one in its place. */
const elsewhere =
  /\b(tarball|directory|repo|path|patch_hash):|type: git|(link|file|workspace|patch):|(specifier|version): '?(npm:|https?:|git)/;
const alias = /^\s+'?[@\w/.-]+'?: '?@?[a-z][^:']*@\d/;

/** Every new line of a pnpm-lock.yaml names a package of the registry by its own name. */
export const pnpmLockFits = (base: string, change: string): boolean =>
  newLines(base, change).every((line) => !elsewhere.test(line) && !alias.test(line));

/** Every new entry of a yarn.lock is the registry's archive of the package that it stands for. */
export function yarnLockFits(base: string, change: string): boolean {
  const known = new Set(entriesOf(base));
  return entriesOf(change).every((entry) => known.has(entry) || isPlain(entry));
}

const entriesOf = (text: string) => text.split(/\n{2,}/).map((entry) => entry.trim());

function isPlain(entry: string): boolean {
  const [heading = '', ...rest] = entry.split('\n').filter((line) => !line.startsWith('#'));
  if (heading === '' || heading.startsWith('__metadata')) return true;
  const name = /^"?(@?[^@",]+)@/.exec(heading)?.[1] ?? '';
  const specs = heading.replace(/:$/, '').split(/,\s*/);
  const own = specs.every((spec) => spec.replace(/"/g, '').startsWith(`${name}@`));
  if (!own || /@(file|link|portal|patch|git|https?|workspace|npm:[@a-z]):?/.test(heading))
    return false;
  const taken = rest.find((line) => /^\s+(resolved|resolution):? /.test(line)) ?? '';
  const archive = `/${name}/-/${name.slice(name.indexOf('/') + 1)}-`;
  return taken.includes(archive) || taken.includes(`"${name}@npm:`);
}
