import {
  foldedPath,
  isGitConfiguration,
  pathFault,
  protectionOf,
  windowsFault,
} from './change-path.ts';
import type { ChangeSet, FileChange, PartialWork } from './handoff.ts';
import { withoutHidden } from './hidden-text.ts';
import { changeDigest, type LetPass, passedBy, type Violation, violated } from './let-pass.ts';
import { lockFaults } from './lockfile.ts';
import type { Policy } from './policy.ts';
import { redact } from './redact.ts';

/** Bytes of a file at the base, or undefined where there is none. */
export type BaseFile = (path: string) => Uint8Array | undefined;

const none: BaseFile = () => undefined;

/**
 * Refuses a change that policy forbids: wrong base, too large, an odd or protected path, a link or
 * submodule, a lock file by itself or with packages from elsewhere, a credential in a name or in a line that `before`
 * does not hold already; but for what a maintainer has let pass, which is given back. Throws `PolicyViolation` that names rules and paths, never the content.
 */
export function validateChange(
  change: ChangeSet,
  pinnedBase: string,
  policy: Policy,
  before: BaseFile = none,
  pass?: LetPass,
): readonly string[] {
  const violations = violationsOf(change, pinnedBase, policy, before);
  return passedBy(violations, () => changeDigest(change), pass);
}

/**
 * Refuses work that is not to be laid into any folder: for another base, an odd path, git's own configuration, a
 * link or submodule, two files in one place. What policy says of the rest is asked once it is handed over. Throws
 * `PolicyViolation`.
 */
export function validatePartialWork({ base, files }: PartialWork, pinnedBase: string): void {
  const faults = [...baseFaults(base, pinnedBase), ...shapeFaults(files)];
  if (faults.length > 0) throw violated(faults);
}

/** Every rule that the change breaks. */
export function violationsOf(
  change: ChangeSet,
  pinnedBase: string,
  policy: Policy,
  before: BaseFile = none,
): readonly Violation[] {
  const { files, title, body } = change;
  const words = redact(withoutHidden(`${title}\n${body}`).text).count > 0;
  return [
    ...baseFaults(change.base, pinnedBase),
    ...sizeFaults(files, policy),
    ...shapeFaults(files),
    ...files.flatMap((file) => protectedFaults(file, policy)),
    ...lockFaults(files, before, policy.registries).map(({ path, why }) => ({
      message: told('lockfile', path, why),
      hard: false,
    })),
    ...files.flatMap((file) => secretFaults(file, before)),
    ...(words ? [hard('secret: the commit message holds one')] : []),
  ];
}

function baseFaults(base: string, pinned: string): Violation[] {
  return base === pinned ? [] : [hard(`base: the change is made for ${base}, not for ${pinned}`)];
}

/** What nobody can let pass, whatever the files hold. */
function shapeFaults(files: readonly FileChange[]): Violation[] {
  return [
    ...files.flatMap((file) => [...pathFaults(file), ...modeFaults(file)]),
    ...collisions(files),
  ];
}

function sizeFaults(files: readonly FileChange[], { limits }: Policy): Violation[] {
  if (files.length === 0) return [hard('empty: the change touches no file')];
  const faults: Violation[] = [];
  if (files.length > limits.files) {
    const counted = `${files.length} files are changed; policy allows ${limits.files}`;
    faults.push({ message: `size: ${counted}`, hard: false });
  }
  const bytes = files.reduce((sum, file) => sum + contentOf(file).length, 0);
  if (bytes > limits.bytes) {
    const counted = `${bytes} bytes are written; policy allows ${limits.bytes}`;
    faults.push({ message: `size: ${counted}`, hard: false });
  }
  return faults;
}

function pathFaults({ path }: FileChange): Violation[] {
  const fault = pathFault(path);
  if (fault !== undefined) return [hard(told('path', path, `has ${fault}`))];
  return isGitConfiguration(path) ? [hard(told('protected', path, 'is git configuration'))] : [];
}

/** Of a path without other faults. */
function protectedFaults(file: FileChange, policy: Policy): Violation[] {
  const { path } = file;
  if (pathFaults(file).length > 0) return [];
  const odd = windowsFault(path);
  const glob = protectionOf(path, policy.protect);
  return [
    ...(odd === undefined ? [] : [{ message: told('path', path, `has ${odd}`), hard: false }]),
    ...(glob === undefined
      ? []
      : [{ message: told('protected', path, `is protected by ${glob}`), hard: false }]),
  ];
}

function modeFaults({ path, mode, content }: FileChange): Violation[] {
  if (mode === '160000') return [hard(told('mode', path, 'is a submodule'))];
  if (mode !== '120000' || content === null) return [];
  return [hard(told('mode', path, 'is a symbolic link'))];
}

/** Two files that would be one, or a file where another needs a folder, on some file system. */
function collisions(files: readonly FileChange[]): Violation[] {
  const faults: Violation[] = [];
  const collide = (path: string, why: string) => faults.push(hard(told('duplicate', path, why)));
  const exact = new Set<string>();
  const written = new Map<string, string>();
  for (const { path, content } of files) {
    if (exact.has(path)) collide(path, 'is there twice');
    exact.add(path);
    // A deletion beside it is how a file's case is changed.
    if (content === null) continue;
    const other = written.get(foldedPath(path));
    if (other !== undefined) collide(path, `is the same as ${quoted(other)}`);
    written.set(foldedPath(path), path);
  }
  for (const [folded, path] of written) {
    const parts = folded.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const parent = written.get(parts.slice(0, length).join('/'));
      if (parent !== undefined) collide(path, `is below ${quoted(parent)}`);
    }
  }
  return faults;
}

function secretFaults(file: FileChange, before: BaseFile): Violation[] {
  if (redact(file.path).count > 0) return [hard("secret: a file's name holds one")];
  // One character a byte, so that a binary file's text is seen as well.
  const text = contentOf(file).toString('latin1');
  if (redact(text).count === 0) return [];
  const known = new Set(
    Buffer.from(before(file.path) ?? [])
      .toString('latin1')
      .split('\n'),
  );
  const added = text.split('\n').filter((line) => !known.has(line));
  if (redact(added.join('\n')).count === 0) return [];
  return [hard(told('secret', file.path, 'holds what looks like a credential'))];
}

function contentOf(file: FileChange): Buffer {
  return Buffer.from(file.content ?? '', 'base64');
}

function hard(message: string): Violation {
  return { message, hard: true };
}

function told(rule: string, path: string, why: string): string {
  return `${rule}: ${quoted(path)} ${why}`;
}

/** Invisible characters are shown by their number, credentials not at all. */
function quoted(path: string): string {
  const numbered = (char: string) => `\\u{${char.codePointAt(0)?.toString(16)}}`;
  const odd = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
  return JSON.stringify(redact(path).value).replace(odd, numbered);
}
