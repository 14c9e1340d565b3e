import { globCovers } from './glob.ts';
import { policyPath } from './policy.ts';

/**
 * Paths that no change of an agent may touch, in any folder: what runs with the repository's secrets, what
 * decides on reviews, what instructs agents and editors, and what a package manager installs.
 */
const denied: readonly string[] = [
  '.github/workflows',
  '.github/actions',
  '.github/copilot-instructions.md',
  '.github/instructions',
  '.github/agents',
  '.github/prompts',
  policyPath,
  '**/.husky',
  '**/CODEOWNERS',
  '**/AGENTS.md',
  '**/CLAUDE.md',
  '**/GEMINI.md',
  '**/.claude',
  '**/.codex',
  '**/.cursor',
  '**/.cursorrules',
  '**/.mcp.json',
  '**/.vscode',
  '**/.devcontainer',
  '**/node_modules',
  '**/.venv',
  '**/*.dist-info',
  '**/*.egg-info',
];

/** What git itself obeys: it can run commands with a person's rights. */
const gitConfiguration: readonly string[] = [
  '**/.gitmodules',
  '**/.gitattributes',
  '**/.gitconfig',
];

/**
 * One form for all spellings that some file system takes for the same name: letter case, composed and
 * decomposed letters, compatibility forms.
 */
export function foldedPath(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Why the path is no plain path within the repository, or undefined. */
export function pathFault(path: string): string | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'an absolute path';
  if (path.includes('\\')) return 'a backslash';
  if (!path.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) {
    return 'a control or invisible character';
  }
  for (const segment of path.split('/')) {
    if (segment === '') return 'an empty segment';
    if (segment === '.' || segment === '..') return 'a segment of dots';
    if (isGitFolder(segment)) return 'the git folder';
    if (/[. ]$/.test(segment)) return 'a trailing dot or space';
  }
  return undefined;
}

/** Also the forms NTFS takes for it: a short name, a stream, trailing dots and spaces. */
function isGitFolder(segment: string): boolean {
  const name = foldedPath(segment)
    .replace(/:.*$/, '')
    .replace(/[. ]+$/, '');
  return name === '.git' || /^gi[a-z0-9]{1,6}~\d+$/.test(name);
}

/** Whether git itself obeys the file; no one can let such a change pass. */
export function isGitConfiguration(path: string): boolean {
  const folded = foldedPath(path);
  return gitConfiguration.some((glob) => globCovers(glob, folded));
}

/** The built-in or policy glob that protects the path, or undefined. */
export function protectionOf(path: string, protect: readonly string[]): string | undefined {
  const folded = foldedPath(path);
  return [...denied, ...protect].find((glob) => globCovers(foldedPath(glob), folded));
}
