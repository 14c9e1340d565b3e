import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route } from '../api.ts';
import { ApiError } from '../errors.ts';
import { commitsAhead, tryMerge } from '../git/merge.ts';
import { branchHead, moveRef, writeCommit } from '../git/objects.ts';
import type { PullIssue } from '../model.ts';
import { finishMerge, followBranches } from '../pull-changes.ts';
import { forgeSignature, signatureOf } from './commits.ts';
import { pullOf } from './pulls.ts';

const mergeSchema = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
});
type MergeRequest = z.infer<typeof mergeSchema>;

const notMergeable = (reason = 'Pull Request is not mergeable') => new ApiError(405, reason);

async function mergePull(call: Call): Promise<Reply> {
  const { world, repository } = call;
  const issue = pullOf(call);
  const wanted = parseBody(mergeSchema, call.body);
  refuseEarly(issue, wanted);
  const { pull } = issue;
  const git = world.gitOf(repository);
  const base = await branchHead(git, pull.baseRef);
  if (base === undefined)
    throw notMergeable('Base branch was modified. Review and try the merge again.');
  if ((await commitsAhead(git, base, pull.headSha)) === 0) throw notMergeable();
  const { tree } = await tryMerge(git, base, pull.headSha);
  if (tree === undefined) throw notMergeable();
  const commit = await writeCommit(git, {
    tree,
    parents: wanted.merge_method === 'merge' ? [base, pull.headSha] : [base],
    message: messageOf(call, issue, wanted),
    author: signatureOf(world, call.actor),
    committer: forgeSignature(world),
  });
  if (!(await moveRef(git, `refs/heads/${pull.baseRef}`, commit, base))) {
    throw new ApiError(409, 'Base branch was modified. Review and try the merge again.');
  }
  repository.verified.push(commit);
  finishMerge(call, issue, commit);
  await followBranches(call);
  const message = 'Pull Request successfully merged';
  return { status: 200, body: { sha: commit, merged: true, message } };
}

/** What GitHub refuses before it tries. */
function refuseEarly(issue: PullIssue, wanted: MergeRequest): void {
  const { pull } = issue;
  if (wanted.sha !== undefined && wanted.sha !== pull.headSha) {
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (pull.draft && issue.state === 'open') {
    throw notMergeable('Pull Request is still a draft');
  }
  if (issue.state !== 'open') throw notMergeable();
  if (wanted.merge_method === 'rebase') {
    throw notMergeable('Rebase merges are not allowed on this repository.');
  }
}

function messageOf({ repository }: Call, issue: PullIssue, wanted: MergeRequest): string {
  const { headRef } = issue.pull;
  const squash = wanted.merge_method === 'squash';
  const merged = `Merge pull request #${issue.number} from ${repository.owner}/${headRef}`;
  const title = wanted.commit_title ?? (squash ? `${issue.title} (#${issue.number})` : merged);
  const body = wanted.commit_message ?? (squash ? '' : issue.title);
  return body === '' ? title : `${title}\n\n${body}`;
}

// As on GitHub, an App merges with contents: write.
const write = { resource: 'contents', level: 'write', role: 'write' } as const;
const read = { resource: 'pull_requests', level: 'read', role: 'read' } as const;

/** Merging a pull request. */
export const mergeRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/pulls/:number/merge',
    need: write,
    handle: mergePull,
  },
  {
    method: 'GET',
    path: '/pulls/:number/merge',
    need: read,
    handle(call) {
      if (!pullOf(call).pull.merged) throw new ApiError(404, 'Not Found');
      return { status: 204 };
    },
  },
];
