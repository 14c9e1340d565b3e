import { globCovers, globMatches } from '../../../domain/glob.ts';

interface Rule {
  readonly pattern: string;
  readonly owners: readonly string[];
}

/**
 * Owners of the paths by a CODEOWNERS file: of each path those of the last line that fits. `@user`,
 * `@org/team` or an e-mail address, each once.
 */
export function ownersOf(text: string, paths: readonly string[]): readonly string[] {
  const rules = text
    .split(/\r?\n/)
    .map(ruleOf)
    .filter((rule) => rule !== undefined);
  const owners = paths.flatMap(
    (path) => rules.findLast(({ pattern }) => fits(pattern, path))?.owners ?? [],
  );
  return [...new Set(owners)];
}

function ruleOf(line: string): Rule | undefined {
  const [pattern, ...words] = line
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/(?<!\\)\s+/);
  if (!pattern) return undefined;
  const owners = words.filter((word) => /^@?[\w.+-]+(?:[@/][\w.-]+)?$/.test(word));
  return { pattern: pattern.replace(/\\(?=[\s#])/g, ''), owners };
}

/** As in a `.gitignore`, but that `docs/*` means the files in `docs` alone. */
function fits(pattern: string, path: string): boolean {
  const plain = pattern.replace(/^\//, '');
  const anchored = pattern.startsWith('/') || /\/./.test(plain);
  const glob = anchored ? plain : `**/${plain}`;
  const shallow = glob.endsWith('/*') && plain !== '*';
  return shallow || glob.endsWith('/') ? globMatches(glob, path) : globCovers(glob, path);
}
