import {
  foldedPath,
  isGitConfiguration,
  pathFault,
  protectionOf,
  windowsFault,
} from './change-path.ts';
import type { ChangeSet, FileChange } from './handoff.ts';
import { withoutHidden } from './hidden-text.ts';
import { changeDigest, type LetPass, passedBy, type Violation } from './let-pass.ts';
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
    ...(change.base === pinnedBase
      ? []
      : [hard(`base: the change is made for ${change.base}, not for ${pinnedBase}`)]),
    ...sizeFaults(files, policy),
    ...files.flatMap((file) => [...pathFaults(file, policy), ...modeFaults(file)]),
    ...collisions(files),
    ...lockFaults(files, before, policy.registries).map(({ path, why }) => ({
      message: told('lockfile', path, why),
      hard: false,
    })),
    ...files.flatMap((file) => secretFaults(file, before)),
    ...(words ? [hard('secret: the commit message holds one')] : []),
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

function pathFaults({ path }: FileChange, policy: Policy): Violation[] {
  const fault = pathFault(path);
  if (fault !== undefined) return [hard(told('path', path, `has ${fault}`))];
  if (isGitConfiguration(path)) return [hard(told('protected', path, 'is git configuration'))];
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
