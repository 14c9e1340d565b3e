import { foldedPath, pathFault, protectionOf } from './change-path.ts';
import { PolicyViolation } from './errors.ts';
import type { ChangeSet, FileChange } from './handoff.ts';
import type { Policy } from './policy.ts';
import { redact } from './redact.ts';

/** Bytes of a file at the base, or undefined where there is none. */
export type BaseFile = (path: string) => Uint8Array | undefined;

/**
 * Refuses a change that policy forbids: wrong base, too large, an odd or protected path, a link or
 * submodule, a credential in a line that `before` does not hold already. Throws `PolicyViolation` that names rule
 * and path, never the content.
 */
export function validateChange(
  change: ChangeSet,
  pinnedBase: string,
  policy: Policy,
  before: BaseFile = () => undefined,
): void {
  if (change.base !== pinnedBase) {
    throw new PolicyViolation(`base: the change is made for ${change.base}, not for ${pinnedBase}`);
  }
  checkSize(change, policy);
  for (const file of change.files) {
    checkPath(file, policy);
    checkMode(file);
  }
  checkCollisions(change.files);
  for (const file of change.files) checkSecrets(file, before);
  const words = `${change.title}\n${change.body}`;
  if (redact(words).count > 0) throw new PolicyViolation('secret: the commit message holds one');
}

function checkSize({ files }: ChangeSet, policy: Policy): void {
  const { limits } = policy;
  if (files.length === 0) throw new PolicyViolation('empty: the change touches no file');
  if (files.length > limits.files) {
    throw new PolicyViolation(
      `size: ${files.length} files are changed; policy allows ${limits.files}`,
    );
  }
  const bytes = files.reduce((sum, file) => sum + contentOf(file).length, 0);
  if (bytes > limits.bytes) {
    throw new PolicyViolation(`size: ${bytes} bytes are written; policy allows ${limits.bytes}`);
  }
}

function checkPath({ path }: FileChange, policy: Policy): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw refused('path', path, `has ${fault}`);
  const glob = protectionOf(path, policy.protect);
  if (glob !== undefined) throw refused('protected', path, `is protected by ${glob}`);
}

function checkMode({ path, mode, content }: FileChange): void {
  if (mode === '160000') throw refused('mode', path, 'is a submodule');
  if (mode === '120000' && content !== null) throw refused('mode', path, 'is a symbolic link');
}

/** Two files that would be one, or a file where another needs a folder, on some file system. */
function checkCollisions(files: readonly FileChange[]): void {
  const exact = new Set<string>();
  const written = new Map<string, string>();
  for (const { path, content } of files) {
    if (exact.has(path)) throw refused('duplicate', path, 'is there twice');
    exact.add(path);
    // A deletion beside it is how a file's case is changed.
    if (content === null) continue;
    const other = written.get(foldedPath(path));
    if (other !== undefined) throw refused('duplicate', path, `is the same as ${quoted(other)}`);
    written.set(foldedPath(path), path);
  }
  for (const [folded, path] of written) {
    const parts = folded.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const parent = written.get(parts.slice(0, length).join('/'));
      if (parent !== undefined) throw refused('duplicate', path, `is below ${quoted(parent)}`);
    }
  }
}

function checkSecrets(file: FileChange, before: BaseFile): void {
  // One character a byte, so that a binary file's text is seen as well.
  const text = contentOf(file).toString('latin1');
  if (redact(text).count === 0) return;
  const known = new Set(
    Buffer.from(before(file.path) ?? [])
      .toString('latin1')
      .split('\n'),
  );
  const added = text.split('\n').filter((line) => !known.has(line));
  if (redact(added.join('\n')).count > 0) {
    throw refused('secret', file.path, 'holds what looks like a credential');
  }
}

function contentOf(file: FileChange): Buffer {
  return Buffer.from(file.content ?? '', 'base64');
}

function refused(rule: string, path: string, why: string): PolicyViolation {
  return new PolicyViolation(`${rule}: ${quoted(path)} ${why}`);
}

/** Invisible characters are shown by their number. */
function quoted(path: string): string {
  const numbered = (char: string) => `\\u{${char.codePointAt(0)?.toString(16)}}`;
  return JSON.stringify(path).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, numbered);
}
