import { ConfigInvalid } from '../domain/errors.ts';
import { defaultPolicy, policyPath } from '../domain/policy.ts';
import { parsePolicy } from '../domain/policy-file.ts';
import {
  type Permission,
  standing,
  type TriggerEvent,
  type TriggerFacts,
  type TriggerIntent,
} from '../domain/trigger.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { listAll } from './client.ts';
import { hasStatus } from './failure.ts';

/** What GitHub says about a trigger's intent. Throws `ForgeFailed`. */
export async function readTriggerFacts(
  access: GitHubAccess,
  intent: TriggerIntent,
): Promise<TriggerFacts> {
  const within = accessTo(intent.repository, access);
  return within({ issues: 'read', contents: 'read', metadata: 'read' }, async (github) => {
    const issue = await issueNow(github, intent);
    const rules = await triggerRules(github);
    const none = { issue, rules, events: [], permission: 'none' } as const;
    if (issue.state === 'gone') return none;
    if (intent.kind === 'comment') {
      const comment = await commentNow(github, intent.issue, intent.comment);
      if (comment === undefined) return none;
      const permission = comment.bot ? 'none' : await permissionOf(github, comment.by);
      return { ...none, comment, permission };
    }
    const events = await triggerEvents(github, intent.issue);
    if (intent.kind === 'change') return { ...none, events };
    const name = intent.kind === 'label' ? intent.label : intent.assignee;
    const cause = standing({ issue, events }, intent.kind, name);
    const permission = cause && !cause.bot ? await permissionOf(github, cause.by) : 'none';
    return { ...none, events, permission };
  });
}

const gone = { state: 'gone', title: '', body: '', labels: [], assignees: [] } as const;

async function issueNow(
  { request, at }: RepositoryClient,
  { issue: issue_number }: TriggerIntent,
): Promise<TriggerFacts['issue']> {
  try {
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
    const { data } = await request(route, { ...at, issue_number });
    // Moved to another repository, it has another number there.
    if (data.number !== issue_number) return gone;
    return {
      state: data.state === 'closed' ? 'closed' : 'open',
      title: data.title,
      body: data.body ?? '',
      labels: data.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
      assignees: (data.assignees ?? []).map(({ login }) => login),
    };
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 410)) return gone;
    throw error;
  }
}

/** Labels put on and people assigned, and by whom, oldest first. */
async function triggerEvents(
  { request, at }: RepositoryClient,
  issue_number: number,
): Promise<TriggerEvent[]> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/events';
  const events = await listAll((page) => request(route, { ...at, issue_number, ...page }));
  return events.flatMap((event): TriggerEvent[] => {
    const found = event as {
      readonly label?: { readonly name?: string | null };
      readonly assignee?: { readonly login: string } | null;
      readonly assigner?: Account | null;
      readonly actor: Account | null;
    };
    const label = event.event === 'labeled' ? found.label?.name : undefined;
    const assignee = event.event === 'assigned' ? found.assignee?.login : undefined;
    const name = label ?? assignee;
    // The actor of an assignment may be the one who was assigned.
    const who = label === undefined ? (found.assigner ?? found.actor) : found.actor;
    if (name == null || who === null) return [];
    const kind = label === undefined ? 'assignment' : 'label';
    return [{ id: String(event.id), kind, name, by: who.login, bot: who.type !== 'User' }];
  });
}

interface Account {
  readonly login: string;
  readonly type: string;
}

async function commentNow(
  { request, at }: RepositoryClient,
  issue: number,
  comment_id: number,
): Promise<TriggerFacts['comment']> {
  try {
    const route = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}';
    const { data } = await request(route, { ...at, comment_id });
    if (!data.issue_url.endsWith(`/issues/${issue}`) || data.user === null) return undefined;
    const { user, body, created_at, updated_at } = data;
    const edited = updated_at !== created_at;
    const said = { text: body ?? '', edited, at: Date.parse(created_at) };
    return { by: user.login, bot: user.type !== 'User', ...said };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

const roles = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const;

/** What a person may do in the repository; none where GitHub knows of nothing. */
export async function permissionOf(
  { request, at }: RepositoryClient,
  username: string,
): Promise<Permission> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  try {
    const { data } = await request(route, { ...at, username });
    // A role of the organization's own stands on one of the five, which is given beside it.
    const known = roles.find((role) => role === data.role_name);
    return known ?? roles.find((role) => role === data.permission) ?? 'none';
  } catch (error) {
    if (hasStatus(error, 404)) return 'none';
    throw error;
  }
}

/** From the default branch; a file that can't be read makes the run itself fail, and say why. */
export async function triggerRules({
  request,
  at,
}: RepositoryClient): Promise<TriggerFacts['rules']> {
  try {
    const { data } = await request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...at,
      path: policyPath,
    });
    if (Array.isArray(data) || data.type !== 'file') return defaultPolicy.trigger;
    const text = Buffer.from(data.content, 'base64').toString('utf8');
    return parsePolicy(text).trigger;
  } catch (error) {
    if (hasStatus(error, 404) || error instanceof ConfigInvalid) return defaultPolicy.trigger;
    throw error;
  }
}
