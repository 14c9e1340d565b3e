const says =
  /^(tests?|checks?|unit|units|unittests?|runtests?|selftests?|specs?|testsuite|verify|jest|vitest|mocha|phpunit|pytest|rspec)$/i;
/** Words beside them that make it another thing than a run of the tests to its end. */
const unsays =
  /^(clean|install|build|compile|docs?|lint|format|fmt|style|types?|deps|setup|prepare|watch|docker|image|cov|coverage|e2e|bench|update|snapshots?|fix|help|debug|release|publish|deploy|pre|post|data|dir|files?|only|path)$/i;

/**
 * Of names that a build file offers, those that sound like a run of the tests, the plainest first. A name that a shell
 * would read as more than a word is left out.
 */
export function testNames(names: readonly string[]): string[] {
  const plain = names.filter((name) => /^[A-Za-z0-9][\w.:-]{0,60}$/.test(name));
  const parts = (name: string) => name.split(/[-_.:]/);
  return [...new Set(plain)]
    .filter((name) => parts(name).some((part) => says.test(part)))
    .filter((name) => !parts(name).some((part) => unsays.test(part)))
    .sort((a, b) => parts(a).length - parts(b).length || a.length - b.length)
    .slice(0, 5);
}
