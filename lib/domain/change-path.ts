import { globCovers } from './glob.ts';
import { holdsHidden } from './hidden-text.ts';
import { policyPath } from './policy.ts';

/**
 * Paths that no change of an agent may touch, in any folder: what runs with the repository's secrets, here and at
 * others' CI, what decides on reviews, what instructs agents and editors, and what steers a package manager or is installed by it.
 */
const denied: readonly string[] = [
  '.github/workflows',
  '.github/actions',
  '.github/copilot-instructions.md',
  '.github/instructions',
  '.github/agents',
  '.github/prompts',
  '.github/dependabot.yml',
  '.github/settings.yml',
  '.gitlab-ci.yml',
  '.circleci',
  '.buildkite',
  '.woodpecker',
  '.semaphore',
  '.tekton',
  '.travis.yml',
  '.drone.yml',
  '.cirrus.yml',
  '.woodpecker.y*ml',
  '.appveyor.yml',
  'appveyor.yml',
  'azure-pipelines.y*ml',
  'bitbucket-pipelines.yml',
  'cloudbuild.y*ml',
  'Jenkinsfile',
  policyPath,
  '**/.husky',
  '**/CODEOWNERS',
  '**/AGENTS.md',
  '**/CLAUDE.md',
  '**/CLAUDE.local.md',
  '**/GEMINI.md',
  '**/.claude',
  '**/.claude.json',
  '**/.opencode',
  '**/opencode.json',
  '**/opencode.jsonc',
  '**/.gemini',
  '**/.windsurf',
  '**/.windsurfrules',
  '**/.clinerules',
  '**/.continue',
  '**/.aider.conf.yml',
  '**/.codex',
  '**/.cursor',
  '**/.cursorrules',
  '**/.mcp.json',
  '**/.vscode',
  '**/.devcontainer',
  '**/.ripgreprc',
  '**/.npmrc',
  '**/.yarnrc',
  '**/.yarnrc.yml',
  '**/.yarn/releases',
  '**/.yarn/plugins',
  '**/.pnpmfile.cjs',
  '**/.pnpmfile.mjs',
  '**/bunfig.toml',
  '**/.cargo/config',
  '**/.cargo/config.toml',
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
  if (!path.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path) || holdsHidden(path)) {
    return 'a control or invisible character';
  }
  for (const segment of path.split('/')) {
    if (segment === '') return 'an empty segment';
    const folded = foldedPath(segment);
    if (/[\\/]/.test(folded)) return 'a letter that stands for a slash somewhere';
    if (/^[. ]+(?::|$)/.test(folded)) return 'a segment of dots';
    if (isGitFolder(folded)) return 'the git folder';
    if (/[. ]$/.test(folded)) return 'a trailing dot or space';
  }
  return undefined;
}

/**
 * Why Windows would take the path for something else than it is elsewhere, or undefined. Repositories that are never
 * used there have such names, so a maintainer can let them pass.
 */
export function windowsFault(path: string): string | undefined {
  for (const segment of path.split('/')) {
    const name = foldedPath(segment);
    if (name.includes(':')) return 'a colon, behind which NTFS has a stream of a file';
    if (/^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9])[ ]*(?:\.|$)/.test(name)) {
      return 'the name of a device on Windows';
    }
    if (/~[0-9]{1,6}(?:\.|$)/.test(name))
      return 'a short name, which Windows takes for a longer one';
  }
  return undefined;
}

/** Also by a short name. */
function isGitFolder(folded: string): boolean {
  const name = onWindows(folded);
  return name === '.git' || /^gi[a-z0-9]{1,6}~\d+$/.test(name);
}

/** The file that NTFS means by a name with a stream, trailing dots or spaces. */
function onWindows(name: string): string {
  return name.replace(/:.*$/, '').replace(/[. ]+$/, '');
}

/** Whether git itself obeys the file; no one can let such a change pass. */
export function isGitConfiguration(path: string): boolean {
  const folded = foldedPath(path).split('/').map(onWindows).join('/');
  return gitConfiguration.some((glob) => globCovers(glob, folded));
}

/** The built-in or policy glob that protects the path, or undefined. */
export function protectionOf(path: string, protect: readonly string[]): string | undefined {
  const folded = foldedPath(path);
  return [...denied, ...protect].find((glob) => globCovers(foldedPath(glob), folded));
}
