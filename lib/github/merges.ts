import { setTimeout as sleep } from 'node:timers/promises';
import { ForgeFailed, ForgeUnavailable } from '../domain/errors.ts';
import type { Forge } from '../domain/forge.ts';
import type { RepositoryClient, WithAccess } from './access.ts';
import { underRules } from './branch-rules.ts';
import { hasStatus } from './failure.ts';
import { mutate } from './mutate.ts';
import { readPull } from './pull-requests.ts';

const methods = ['merge', 'squash', 'rebase'] as const;

/** Out of draft, and merged. */
export function mergesOf(access: WithAccess) {
  return {
    async markReady(number) {
      try {
        await access({ pull_requests: 'write' }, (github) => markReady(github, number));
      } catch (error) {
        if (!hasStatus(error, 403)) throw error;
        // GitHub has asked for more than the permission it documents for this mutation.
        const more = { pull_requests: 'write', contents: 'write' } as const;
        await access(more, (github) => markReady(github, number));
      }
    },
    merge: (number, head) =>
      access({ contents: 'write', pull_requests: 'read' }, (github) =>
        underRules({ merges: true }, () => merge(github, number, head)),
      ),
  } satisfies Partial<Forge>;
}

async function markReady(github: RepositoryClient, number: number): Promise<void> {
  const { draft, nodeId } = await readPull(github, number);
  if (!draft) return;
  await mutate(
    github,
    `pull request #${number} can't be marked ready`,
    `mutation ($id: ID!) {
      markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
    }`,
    { id: nodeId },
  );
}

/** Looked at this often while GitHub finds out, a second apart. */
const looks = 5;

/**
 * Checks that no rule requires are no hindrance to GitHub, but one that failed or is not done is to us. GitHub finds
 * out only once it is asked, and what it does not know yet is not green. Throws `ForgeFailed`.
 */
async function refuseUnlessGreen(github: RepositoryClient, number: number): Promise<void> {
  const refusal = (text: string) => new ForgeFailed(text, { status: 405 });
  for (let look = 1; look <= looks; look += 1) {
    const { mergeState } = await readPull(github, number);
    if (mergeState === 'unstable') {
      throw refusal(`not all checks of pull request #${number} are green`);
    }
    if (mergeState !== 'unknown') return;
    if (look < looks) await sleep(1_000);
  }
  throw refusal(`GitHub does not say yet whether all checks of pull request #${number} are green`);
}

async function merge(
  github: RepositoryClient,
  number: number,
  head: string,
): Promise<{ commit: string }> {
  const present = await readPull(github, number);
  if (present.state === 'merged' && present.mergeCommit !== undefined) {
    if (present.head === head) return { commit: present.mergeCommit };
    throw new ForgeFailed(`pull request #${number} was merged at ${present.head}, not at ${head}`);
  }
  await refuseUnlessGreen(github, number);
  const route = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';
  let refusal: unknown;
  for (const merge_method of methods) {
    try {
      const where = { ...github.at, pull_number: number, sha: head, merge_method };
      return { commit: (await github.request(route, where)).data.sha };
    } catch (error) {
      if (!hasStatus(error, 405)) throw error;
      refusal ??= error;
      if (/try the merge again/i.test(error.message)) {
        throw new ForgeUnavailable(error.message, { status: 405 });
      }
      // The repository may allow another way of merging; no other refusal is got round.
      if (!/(merges|commits) are not allowed/i.test(error.message)) throw error;
    }
  }
  throw refusal;
}
