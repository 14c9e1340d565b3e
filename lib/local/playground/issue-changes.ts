import { emit, type Scene } from './emit.ts';
import type { Issue, IssueEvent, PullIssue } from './model.ts';
import { shapeLogin } from './present/account.ts';
import { labelNamed, shapeIssueOfEvent, shapeLabel } from './present/issue.ts';
import { shapePullOfEvent } from './present/pull.ts';
import { timestamp } from './world.ts';

/** The issue as a pull request, where it is one. */
export function asPull(issue: Issue): PullIssue | undefined {
  return issue.pull ? (issue as PullIssue) : undefined;
}

/** Sends `issues` or `pull_request`, whichever the thing is. */
export function emitIssue(
  scene: Scene,
  issue: Issue,
  action: string,
  more: Record<string, unknown> = {},
): void {
  const { world, repository } = scene;
  const pull = asPull(issue);
  if (pull) {
    const pull_request = shapePullOfEvent(world, repository, pull);
    emit(scene, 'pull_request', { action, number: issue.number, pull_request, ...more });
  } else {
    emit(scene, 'issues', { action, issue: shapeIssueOfEvent(world, repository, issue), ...more });
  }
}

/** Adds an entry to the issue's event list. */
export function record(
  scene: Scene,
  issue: Issue,
  event: IssueEvent['event'],
  about: Pick<IssueEvent, 'label' | 'assignee' | 'commit'> = {},
): void {
  const { world, actor } = scene;
  const createdAt = timestamp(world);
  issue.events.push({ id: world.store.nextId(), event, actor: actor.login, createdAt, ...about });
  issue.updatedAt = createdAt;
}

const sameName = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();

/** Puts labels on an issue; the repository gets those that it does not know yet. */
export function addLabels(scene: Scene, issue: Issue, names: readonly string[]): void {
  const { world, repository } = scene;
  for (const name of names) {
    if (!repository.labels.some((label) => sameName(name)(label.name))) {
      const id = world.store.nextId();
      repository.labels.push({ id, name, color: 'ededed', description: null });
    }
    const label = labelNamed(repository, name);
    if (issue.labels.some(sameName(name))) continue;
    issue.labels.push(label.name);
    record(scene, issue, 'labeled', { label: label.name });
    emitIssue(scene, issue, 'labeled', { label: shapeLabel(world, repository, label) });
  }
}

/** Takes a label off an issue. False where it was not on it. */
export function removeLabel(scene: Scene, issue: Issue, name: string): boolean {
  const { world, repository } = scene;
  const at = issue.labels.findIndex(sameName(name));
  if (at === -1) return false;
  issue.labels.splice(at, 1);
  const label = labelNamed(repository, name);
  record(scene, issue, 'unlabeled', { label: label.name });
  emitIssue(scene, issue, 'unlabeled', { label: shapeLabel(world, repository, label) });
  return true;
}

/** Assigns people. */
export function addAssignees(scene: Scene, issue: Issue, logins: readonly string[]): void {
  for (const login of logins) {
    if (issue.assignees.some(sameName(login))) continue;
    issue.assignees.push(login);
    record(scene, issue, 'assigned', { assignee: login });
    emitIssue(scene, issue, 'assigned', { assignee: shapeLogin(scene.world, login) });
  }
}

/** Takes people off. */
export function removeAssignees(scene: Scene, issue: Issue, logins: readonly string[]): void {
  for (const login of issue.assignees.filter((each) => logins.some(sameName(each)))) {
    issue.assignees = issue.assignees.filter((each) => each !== login);
    record(scene, issue, 'unassigned', { assignee: login });
    emitIssue(scene, issue, 'unassigned', { assignee: shapeLogin(scene.world, login) });
  }
}

/** Closes or reopens. Does nothing where it is so already. */
export function setState(
  scene: Scene,
  issue: Issue,
  state: Issue['state'],
  reason: Issue['stateReason'] = null,
  commit?: string,
): void {
  if (issue.state === state) return;
  issue.state = state;
  const closed = state === 'closed';
  if (closed) {
    issue.closedAt = timestamp(scene.world);
    issue.closedBy = scene.actor.login;
  } else {
    delete issue.closedAt;
    delete issue.closedBy;
  }
  if (!issue.pull) issue.stateReason = closed ? (reason ?? 'completed') : 'reopened';
  record(scene, issue, closed ? 'closed' : 'reopened', commit === undefined ? {} : { commit });
  emitIssue(scene, issue, closed ? 'closed' : 'reopened');
}
