import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { ToolProblem } from './tool.ts';

/** Where the model sees the repository, on every machine; transcripts are the same everywhere. */
const shownRoot = '/workspace';

/**
 * The real path of what the model names, relative or below `/workspace`. It may not exist yet. Throws
 * `ToolProblem` where it lies outside the working tree, by `..` or by a link.
 */
export async function realPathOf(root: string, given: string): Promise<string> {
  const path = join(root, relativePathOf(root, given));
  const existing = await realOfExisting(path);
  if (existing !== root && !existing.startsWith(root + sep)) {
    throw new ToolProblem(`${given} leads outside ${shownRoot}, where these tools can't go`);
  }
  return path;
}

/** The same for a path that is to be written: git's own files are left alone. */
export async function writablePathOf(root: string, given: string): Promise<string> {
  const path = await realPathOf(root, given);
  if (path === root) throw new ToolProblem(`${given} is the repository's folder, not a file`);
  if (relative(root, path).split(sep).includes('.git')) {
    throw new ToolProblem("git's own files can't be written");
  }
  return path;
}

/** Path below the root, `.` for the root itself; by its letters only. */
export function relativePathOf(root: string, given: string): string {
  if (given.includes('\0')) throw new ToolProblem('a path has no NUL character');
  const within = [shownRoot, root].find((top) => given === top || given.startsWith(`${top}/`));
  const rest = within === undefined ? given : `.${given.slice(within.length)}`;
  const path = normalize(rest).replace(/\/+$/, '');
  if (path.startsWith('/') || path === '..' || path.startsWith('../')) {
    throw new ToolProblem(`${given} is outside ${shownRoot}; paths are relative to it`);
  }
  return path === '' ? '.' : path;
}

/** What tools print, with the real folder shown as `/workspace`. */
export function shown(root: string, text: string): string {
  return root === shownRoot ? text : text.replaceAll(root, shownRoot);
}

/**
 * A command line for this machine: `/workspace` becomes the real folder, but not in the body of a here
 * document, which is a file's content and must be the same everywhere.
 */
export function realCommand(root: string, command: string): string {
  if (root === shownRoot) return command;
  let until: string | undefined;
  const lines = command.split('\n').map((line) => {
    if (until !== undefined) {
      if (line.replace(/^\t+/, '') === until) until = undefined;
      return line;
    }
    until = /<<-?\s*(['"]?)([A-Za-z_][\w-]*)\1/.exec(line)?.[2];
    return line.replace(/(?<![\w./-])\/workspace(?![\w.-])/g, root);
  });
  return lines.join('\n');
}

/** Real path of the nearest part that exists; a dangling link counts by where it points. */
async function realOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw problemOf(error, path);
    const dangling = await lstat(path).catch(() => undefined);
    if (dangling) throw new ToolProblem('a symbolic link that leads nowhere is in the way');
    return realOfExisting(dirname(path));
  }
}

function problemOf(error: unknown, path: string): ToolProblem {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new ToolProblem(`${code}: ${path.split(sep).at(-1)} can't be reached`);
}
