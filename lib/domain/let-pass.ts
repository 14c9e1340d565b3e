import { PolicyViolation } from './errors.ts';
import type { FileChange } from './handoff.ts';
import { canonicalJson, sha256 } from './ledger.ts';

/** One rule that a change breaks. */
export interface Violation {
  /** Names rule and path, never the content. */
  readonly message: string;
  /** Nobody can let it pass. */
  readonly hard: boolean;
}

/** A maintainer's leave for one kept change to break the rules that are named, and no others. */
export interface LetPass {
  /** The run that was stopped; plan and change are its. */
  readonly run: string;
  /** `changeDigest` of the change. */
  readonly change: string;
  /** Messages of the violations. */
  readonly rules: readonly string[];
  /** Login of who gave it. */
  readonly by: string;
}

/** Most violations that one message names. */
const named = 20;

/** Tells changes apart by what they write, wherever they are laid and in whatever order they name it. */
export function changeDigest({ files }: { readonly files: readonly FileChange[] }): string {
  return sha256(canonicalJson([...files].sort((a, b) => (a.path < b.path ? -1 : 1))));
}

/**
 * What was let pass of the violations. Throws `PolicyViolation` where one of them is not: it is hard, or it is not
 * named, or the leave is for another change.
 */
export function passedBy(
  violations: readonly Violation[],
  digest: () => string,
  pass: LetPass | undefined,
): readonly string[] {
  if (violations.length === 0) return [];
  const covered = pass !== undefined && pass.change === digest();
  const left = violations.filter(
    ({ message, hard }) => hard || !covered || !pass.rules.includes(message),
  );
  if (left.length > 0) throw violated(left);
  return violations.map(({ message }) => message);
}

/** The error that names all of them. */
export function violated(violations: readonly Violation[]): PolicyViolation {
  const lines = violations.slice(0, named).map(({ message }) => message);
  const more = violations.length - lines.length;
  return new PolicyViolation([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}
