import { baseName } from './paths.ts';

const source = /^[\w./+-]+\.(c|cc|cpp|cxx|c\+\+|m|mm|h|hh|hpp|hxx|inc|S|s|f|f90|vala|proto)$/;

/** Test programs in C and C++, by their names. */
export const isCTest = (path: string): boolean =>
  /^(tests?|test[_-].*|.*([_-]tests?|[_-]unittest|Tests?|_spec))\.(c|cc|cpp|cxx|h|hpp)$/.test(
    baseName(path),
  );

/**
 * A build file that the change only added source files to, or took them from, as the change has it: a word by
 * itself that names a source, where the base has none. Undefined for any other change.
 */
export function mergeSources(base: string, change: string): string | undefined {
  const from = wordsOf(base);
  const to = wordsOf(change);
  return sameBut(from, to) || sameBut(to, from) ? change : undefined;
}

const wordsOf = (text: string) => text.replace(/(^|\s)#.*$/gm, '$1').match(/[()]|[^\s()]+/g) ?? [];

/** `longer` is `shorter` with words that name sources between. */
function sameBut(shorter: readonly string[], longer: readonly string[]): boolean {
  let at = 0;
  for (const word of longer) {
    if (word === shorter[at]) at += 1;
    else if (!source.test(word)) return false;
  }
  return at === shorter.length;
}
