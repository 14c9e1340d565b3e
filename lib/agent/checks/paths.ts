/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Folders that hold tests in any language. */
const testFolder = /(^|\/)(tests?|__tests__|specs?|testdata|__snapshots__|fixtures)\//i;

/** True where the path stands in a folder for tests. */
export const inTestFolder = (path: string): boolean => testFolder.test(path);

const definitionNames = new Set([
  '.entropy.yml',
  'makefile',
  'gnumakefile',
  '.env',
  '.tool-versions',
  'justfile',
  'taskfile.yml',
]);

/** Definitions that belong to no one ecosystem: this system's, those of task runners, and what is installed. */
export function isGeneralDefinition(path: string): boolean {
  const name = baseName(path).toLowerCase();
  return isInstalled(path) || definitionNames.has(name) || name.endsWith('.mk');
}

const installed =
  /^(.*\/)?(node_modules|\.venv|site-packages|[^/]+\.(dist|egg)-info)(\/|$)|^venv\//i;

/** What only set-up may put there; a fixture of that name belongs to the tests. */
export function isInstalled(path: string): boolean {
  const found = installed.exec(path);
  return found !== null && !inTestFolder(found[1] ?? '');
}
