import { repoPath } from '../api.ts';
import type { Comment, Issue, IssueEvent, Label, Repository } from '../model.ts';
import { roleOf } from '../store.ts';
import type { World } from '../world.ts';
import { nodeId, shapeAccount, shapeLogin } from './account.ts';

/** How GitHub calls the author's standing in the repository. */
export function associationOf(repository: Repository, login: string): string {
  if (repository.owner.toLowerCase() === login.toLowerCase()) return 'OWNER';
  const known = Object.keys(repository.collaborators).some(
    (name) => name.toLowerCase() === login.toLowerCase(),
  );
  return known && roleOf(repository, login) !== 'none' ? 'COLLABORATOR' : 'NONE';
}

export function shapeLabel(world: World, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${world.urls.api}${repoPath(repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

/** A label by name, or a grey one where the repository has lost it. */
export function labelNamed(repository: Repository, name: string): Label {
  const found = repository.labels.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return found ?? { id: 0, name, color: 'ededed', description: null };
}

/** The page of an issue or pull request. */
export function pageOf(world: World, repository: Repository, issue: Issue): string {
  const kind = issue.pull ? 'pull' : 'issues';
  return `${world.urls.root}/${repository.owner}/${repository.name}/${kind}/${issue.number}`;
}

/** An issue; a pull request's issue carries `pull_request` too. */
export function shapeIssue(world: World, repository: Repository, issue: Issue) {
  const url = `${world.urls.api}${repoPath(repository)}/issues/${issue.number}`;
  const pulls = `${world.urls.api}${repoPath(repository)}/pulls/${issue.number}`;
  const page = pageOf(world, repository, issue);
  const assignees = issue.assignees.map((login) => shapeLogin(world, login));
  return {
    id: issue.id,
    node_id: nodeId(issue.pull ? 'PR' : 'I', issue.id),
    url,
    repository_url: `${world.urls.api}${repoPath(repository)}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: shapeLogin(world, issue.author),
    labels: issue.labels.map((name) => shapeLabel(world, repository, labelNamed(repository, name))),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    closed_at: issue.closedAt ?? null,
    closed_by: issue.closedBy === undefined ? null : shapeLogin(world, issue.closedBy),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: associationOf(repository, issue.author),
    performed_via_github_app: null,
    reactions: noReactions(url),
    ...(issue.pull
      ? {
          draft: issue.pull.draft,
          pull_request: {
            url: pulls,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: issue.pull.merged?.at ?? null,
          },
        }
      : {}),
  };
}

/** An issue as webhooks have it: they do not say who closed it. */
export function shapeIssueOfEvent(world: World, repository: Repository, issue: Issue) {
  const { closed_by: _, ...shaped } = shapeIssue(world, repository, issue);
  return shaped;
}

/** Nobody reacts here. */
function noReactions(url: string) {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  return { url: `${url}/reactions`, total_count: 0, ...counts };
}

/** A comment on an issue or pull request. */
export function shapeComment(world: World, repository: Repository, issue: Issue, comment: Comment) {
  const base = `${world.urls.api}${repoPath(repository)}/issues`;
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: `${base}/comments/${comment.id}`,
    html_url: `${pageOf(world, repository, issue)}#issuecomment-${comment.id}`,
    issue_url: `${base}/${issue.number}`,
    body: comment.body,
    user: shapeLogin(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(repository, comment.author),
    performed_via_github_app: null,
    reactions: noReactions(`${base}/comments/${comment.id}`),
    ...(comment.minimized === undefined ? {} : { minimized: { reason: comment.minimized } }),
  };
}

/** An entry of an issue's event list. */
export function shapeEvent(world: World, repository: Repository, event: IssueEvent) {
  const label = event.label === undefined ? undefined : labelNamed(repository, event.label);
  return {
    id: event.id,
    node_id: nodeId('EV', event.id),
    url: `${world.urls.api}${repoPath(repository)}/issues/events/${event.id}`,
    actor: shapeAccount(world, world.store.account(event.actor)),
    event: event.event,
    commit_id: event.commit ?? null,
    commit_url:
      event.commit === undefined
        ? null
        : `${world.urls.api}${repoPath(repository)}/commits/${event.commit}`,
    created_at: event.createdAt,
    performed_via_github_app: null,
    ...(label ? { label: { name: label.name, color: label.color } } : {}),
    ...(event.assignee === undefined
      ? {}
      : {
          assignee: shapeLogin(world, event.assignee),
          assigner: shapeLogin(world, event.actor),
        }),
  };
}
