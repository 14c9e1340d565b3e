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

/** Definitions that belong to no one ecosystem: the ones of this system and those of task runners. */
export function isGeneralDefinition(path: string): boolean {
  const name = baseName(path).toLowerCase();
  return definitionNames.has(name) || name.endsWith('.mk');
}
