import { BranchProtected, ForgeFailed, ForgeUnavailable } from '../domain/errors.ts';
import { branchPrefix } from '../domain/run.ts';

/** As GitHub words what rulesets, branch protection and push protection refuse; it has no code for it. */
const ruled = new RegExp(
  [
    ...['repository rule violations? found', 'protected branch', 'branch protection'],
    ...[
      'not authorized to (?:push|merge)',
      'creations? being restricted',
      'reference update failed',
    ],
    ...['changes must be made through', 'approving reviews?', 'reviews? (?:is|are) required'],
    ...['required status checks?', 'verified signatures?', 'branch is locked', 'merge queue'],
  ].join('|'),
  'i',
);
const statuses = new Set<number | undefined>([403, 405, 409, 422]);

/** What was to be written. */
export interface RuledWrite {
  /** The branch that it was written to, or merged into. */
  readonly branch?: string;
  readonly merges?: boolean;
}

/**
 * Does a write. Throws `BranchProtected` where GitHub's rules for branches refuse it, with what they say and what a
 * maintainer has to change; anything else as it comes.
 */
export async function underRules<T>(write: RuledWrite, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isRuled(error) ? refusalOf(error, write) : error;
  }
}

function isRuled(error: unknown): error is ForgeFailed {
  if (!(error instanceof ForgeFailed) || error instanceof ForgeUnavailable) return false;
  return statuses.has(error.status) && ruled.test(saidIn(error));
}

/** GitHub's own sentence, without what we and its client put around it. */
function saidIn({ message }: ForgeFailed): string {
  return message
    .replace(/^GitHub answered \d+ to \S+ \S+: /, '')
    .replace(/ - https:\/\/docs\.github\.com\S*\s*$/, '');
}

function refusalOf(error: ForgeFailed, write: RuledWrite): BranchProtected {
  const sentences = saidIn(error)
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const said = sentences.length > 1 ? sentences.slice(1).join(' ') : sentences.join(' ');
  const { status } = error;
  return new BranchProtected(adviceFor(said, write), { status, cause: error });
}

const places = "Settings > Rules > Rulesets (also the organization's) and Settings > Branches";

function adviceFor(said: string, { branch = '', merges = false }: RuledWrite): string {
  if (/secret/i.test(said)) {
    return `GitHub's push protection refuses the change: "${said}". Look at the kept change; if there is no credential in it, allow it under Security > Secret scanning, or lift push protection for this App`;
  }
  if (merges) {
    return `GitHub's rules refuse the merge: "${said}". Do what they ask for and merge, or let this App bypass them: ${places}`;
  }
  const odd = /reference update failed/i.test(said)
    ? ` GitHub does not say which rule; a branch named ${branchPrefix.slice(0, -1)} would stand in the way as well.`
    : '';
  return `GitHub's rules refuse the branch ${branch}: "${said}".${odd} Except ${branchPrefix}** from the rule, or let this App bypass it: ${places}`;
}
