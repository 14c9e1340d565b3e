import type { Fault } from '../../lib/local/playground/faults.ts';

const docs = 'https://docs.github.com/rest';
const blob = `${docs}/git/blobs#create-a-blob`;
const create = `${docs}/git/refs#create-a-reference`;
const update = `${docs}/git/refs#update-a-reference`;
const merging = `${docs}/pulls/pulls#merge-a-pull-request`;

const answer = (status: number, message: string, documentation_url: string, more = {}) => ({
  ...{ kind: 'status' as const, status },
  body: { message, documentation_url, status: String(status), ...more },
});
/** As a ruleset answers: a headline, and a sentence for each rule. */
const violations = (...rules: string[]) =>
  ['Repository rule violations found', ...rules, ''].join('\n\n');

const refs = { method: 'POST', path: '/git/refs$' } as const;
const heads = { method: 'PATCH', path: '/git/refs/heads/' } as const;
const merge = { method: 'PUT', path: '/pulls/\\d+/merge$' } as const;

/**
 * What GitHub's rules answer to who makes a branch. The shapes are GitHub's; the sentences are those that people report,
 * but with which status each may come nobody tells, so that they are spread over all that there may be.
 */
export const creationRefused: readonly (readonly [string, Fault, RegExp])[] = [
  [
    'a ruleset that restricts creations',
    {
      ...refs,
      ...answer(422, violations('Cannot create ref due to creations being restricted.'), create),
    },
    /refuse the branch entropy\/\S+: "Cannot create ref due to creations being restricted\."/,
  ],
  [
    'several rules at once',
    {
      ...refs,
      ...answer(
        409,
        violations('Branch name must match a pattern.', 'Commits must be signed.'),
        create,
      ),
    },
    /: "Branch name must match a pattern\. Commits must be signed\."/,
  ],
  [
    'a rule that GitHub does not name',
    { ...refs, ...answer(422, 'Reference update failed', create) },
    /"Reference update failed"\. GitHub does not say which rule; a branch named entropy would/,
  ],
  [
    'branch protection that lets only some push',
    {
      ...refs,
      ...answer(403, "You're not authorized to push to this branch. Visit the help.", create),
    },
    /"You're not authorized to push to this branch\. Visit the help\."/,
  ],
];

/** To who adds a commit to a branch. */
export const updateRefused: readonly (readonly [string, Fault, RegExp])[] = [
  [
    'a ruleset that asks for pull requests',
    {
      ...heads,
      ...answer(422, violations('Changes must be made through a pull request.'), update),
    },
    /"Changes must be made through a pull request\."/,
  ],
];

/** To who writes a file in which GitHub sees a credential. */
export const contentRefused: readonly (readonly [string, Fault, RegExp])[] = [
  [
    'push protection',
    {
      ...{ method: 'POST', path: '/git/blobs$' },
      ...answer(422, violations('Secret detected in content'), blob, {
        metadata: {
          secret_scanning: {
            bypass_placeholders: [{ placeholder_id: 'an-id', token_type: 'GITHUB_TOKEN' }],
          },
        },
      }),
    },
    /push protection refuses the change: "Secret detected in content"\. Look at the kept change/,
  ],
];

const approval = 'At least 1 approving review is required by reviewers with write access.';

/** To who merges. */
export const mergeRefused: readonly (readonly [string, Fault, RegExp])[] = [
  [
    'a ruleset',
    {
      ...merge,
      ...answer(
        405,
        violations(
          'New changes require approval from someone other than the last pusher.',
          approval,
        ),
        merging,
      ),
    },
    /refuse the merge: "New changes require approval .* pusher\. At least 1 approving review is/,
  ],
  [
    'branch protection',
    { ...merge, ...answer(405, approval, merging) },
    /: "At least 1 approving review is required by reviewers with write access\."/,
  ],
  [
    'required checks',
    { ...merge, ...answer(409, 'Required status check "ci" is expected.', merging) },
    /: "Required status check "ci" is expected\."/,
  ],
  [
    'who may merge',
    { ...merge, ...answer(403, "You're not authorized to merge this pull request.", merging) },
    /: "You're not authorized to merge this pull request\."/,
  ],
  [
    'a rule that a ruleset adds',
    { ...merge, ...answer(422, violations('Commits must have verified signatures.'), merging) },
    /: "Commits must have verified signatures\."/,
  ],
];

/** Answers with the same statuses that no rule of a branch gave. */
export const otherRefusals: readonly (readonly [string, Fault])[] = [
  ['a reference that is there', { ...refs, ...answer(422, 'Reference already exists', create) }],
  ['a commit that is not', { ...refs, ...answer(422, 'Object does not exist', create) }],
  [
    'a permission that the App lacks',
    { ...refs, ...answer(403, 'Resource not accessible by integration', create) },
  ],
];
