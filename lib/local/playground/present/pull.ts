import { repoPath } from '../api.ts';
import type { FileDiff } from '../git/diff.ts';
import type { Mergeability } from '../git/merge.ts';
import type { PullIssue, Repository, Review, ReviewComment } from '../model.ts';
import type { World } from '../world.ts';
import { nodeId, shapeLogin } from './account.ts';
import { associationOf, pageOf, shapeIssue } from './issue.ts';
import { shapeRepository } from './repository.ts';

/** A pull request as it is in lists and webhooks. */
export function shapePull(world: World, repository: Repository, issue: PullIssue) {
  const { pull } = issue;
  const api = `${world.urls.api}${repoPath(repository)}`;
  const url = `${api}/pulls/${issue.number}`;
  const page = pageOf(world, repository, issue);
  const side = (ref: string, sha: string) => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: shapeLogin(world, repository.owner),
    repo: shapeRepository(world, repository),
  });
  const shared = shapeIssue(world, repository, issue);
  const { labels, assignee, assignees, milestone, user, title, body, state, locked } = shared;
  return {
    url,
    id: issue.id,
    node_id: pull.nodeId,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: shared.url,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: shared.comments_url,
    statuses_url: `${api}/statuses/${pull.headSha}`,
    number: issue.number,
    ...{ state, locked, title, user, body, labels, assignee, assignees, milestone },
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? null,
    requested_reviewers: (pull.requestedReviewers ?? []).map((login) => shapeLogin(world, login)),
    requested_teams: [],
    draft: pull.draft,
    head: side(pull.headRef, pull.headSha),
    base: side(pull.baseRef, pull.baseSha),
    author_association: associationOf(repository, issue.author),
    auto_merge: null,
    _links: linksOf(api, page, issue),
  };
}

/** What is around a pull request. */
function linksOf(api: string, page: string, { number, pull }: PullIssue) {
  const at = (href: string) => ({ href });
  return {
    self: at(`${api}/pulls/${number}`),
    html: at(page),
    issue: at(`${api}/issues/${number}`),
    comments: at(`${api}/issues/${number}/comments`),
    review_comments: at(`${api}/pulls/${number}/comments`),
    review_comment: at(`${api}/pulls/comments{/number}`),
    commits: at(`${api}/pulls/${number}/commits`),
    statuses: at(`${api}/statuses/${pull.headSha}`),
  };
}

/** A pull request on its own, with what must be computed. */
export function shapeFullPull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  merge: Mergeability,
) {
  const open = issue.state === 'open';
  const checked = isGreen(repository, issue.pull.headSha) ? 'clean' : 'unstable';
  const settled = merge.clean ? (issue.pull.draft ? 'draft' : checked) : 'dirty';
  return {
    ...shapePullOfEvent(world, repository, issue),
    mergeable: open ? merge.clean : null,
    rebaseable: open ? merge.clean : null,
    mergeable_state: open ? settled : 'unknown',
  };
}

/** A pull request as webhooks have it: whether it can be merged is not known yet. */
export function shapePullOfEvent(world: World, repository: Repository, issue: PullIssue) {
  const { merged, reviews, size } = issue.pull;
  return {
    ...shapePull(world, repository, issue),
    merged: merged !== undefined,
    merged_by: merged ? shapeLogin(world, merged.by) : null,
    mergeable: null as boolean | null,
    rebaseable: null as boolean | null,
    mergeable_state: 'unknown',
    comments: issue.comments.length,
    review_comments: reviews.reduce((total, review) => total + review.comments.length, 0),
    maintainer_can_modify: false,
    commits: size.commits,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.files,
  };
}

/** No check of the commit has failed or is still to come. */
function isGreen({ checkRuns, statuses = [] }: Repository, sha: string): boolean {
  const runs = new Map(
    checkRuns.filter((one) => one.headSha === sha).map((one) => [one.name, one]),
  );
  const said = new Map(statuses.filter((one) => one.sha === sha).map((one) => [one.context, one]));
  const passed = ['success', 'neutral', 'skipped'];
  return (
    [...runs.values()].every(({ conclusion }) => passed.includes(conclusion ?? '')) &&
    [...said.values()].every(({ state }) => state === 'success')
  );
}

/** One changed file of a pull request. */
export function shapeFile(world: World, repository: Repository, head: string, file: FileDiff) {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const page = `${world.urls.root}/${repository.owner}/${repository.name}`;
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${head}/${path}`,
    raw_url: `${page}/raw/${head}/${path}`,
    contents_url: `${world.urls.api}${repoPath(repository)}/contents/${path}?ref=${head}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previous === undefined ? {} : { previous_filename: file.previous }),
  };
}

/** A review, without its comments. */
export function shapeReview(
  world: World,
  repository: Repository,
  issue: PullIssue,
  review: Review,
) {
  const page = `${pageOf(world, repository, issue)}#pullrequestreview-${review.id}`;
  const pull = `${world.urls.api}${repoPath(repository)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: shapeLogin(world, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  };
}

/** A review's comment on a line. */
export function shapeReviewComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  review: Review,
  comment: ReviewComment,
) {
  const url = `${world.urls.api}${repoPath(repository)}/pulls/comments/${comment.id}`;
  const page = `${pageOf(world, repository, issue)}#discussion_r${comment.id}`;
  const pull = `${world.urls.api}${repoPath(repository)}/pulls/${issue.number}`;
  return {
    url,
    pull_request_review_id: review.id,
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    commit_id: comment.commit,
    original_commit_id: comment.commit,
    user: shapeLogin(world, review.author),
    body: comment.body,
    created_at: review.submittedAt,
    updated_at: review.submittedAt,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(repository, review.author),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    start_line: comment.startLine ?? null,
    start_side: comment.startLine === undefined ? null : comment.side,
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    subject_type: 'line',
  };
}
